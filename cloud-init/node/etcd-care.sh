#!/bin/sh
# Every few seconds on each member of etcd: leaves when it was asked to, and looks after the others when it leads them.
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
tools=${0%/*}

# As long as nobody answers, what was asked last is asked still.
leave_is_asked() {
  code=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$MAILBOX/letters/leave") || :
  case $code in
  200) : >"$STATE/etcd-leaving" ;;
  404) rm -f "$STATE/etcd-leaving" ;;
  esac
  [ -e "$STATE/etcd-leaving" ]
}

if leave_is_asked; then
  exec sh "$tools/etcd-leave.sh"
fi
if [ -e "$STATE/etcd-left" ]; then
  say 'Nobody asks this member to leave any more: it joins again.'
  rm -f "$STATE/etcd-left" "$STATE/etcd-left.sent"
  # Its agent runs the stage of etcd again.
  exec systemctl restart --no-block bootstrap-node.service
fi
leads=$(curl -s -m 5 "http://${ETCD_LOOPBACK:-127.0.0.1}:2381/metrics" | grep -c '^etcd_server_is_leader 1$') || :
[ "${leads:-0}" -gt 0 ] || exit 0
exec python3 -B "$tools/etcd-care.py"
