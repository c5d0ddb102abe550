#!/bin/sh
# On the leader of etcd, when its care finds that it is time: a snapshot, checked, goes to the mailbox if anything has changed.
# By hand, on any member, into a file of one's own: sudo /opt/bootstrap/node/etcd-snapshot.sh FILE
set -eu
umask 077
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
etcdctl=${0%/*}/etcdctl

# A field of the first object in JSON that is a number.
number() {
  grep -o "\"$1\":-\?[0-9]*" | head -n 1 | cut -d : -f 2
}

# FILE: there whole and checked, or not at all. Its revision is what it answers.
take() {
  "$etcdctl" snapshot save "$1.draft" >&2
  etcdutl snapshot status "$1.draft" -w json >"$1.status"
  revision=$(number revision <"$1.status")
  rm -f "$1.status"
  mv -f "$1.draft" "$1"
  echo "$revision"
}

if [ $# -gt 0 ]; then
  say "Revision $(take "$1")"
  exit 0
fi

leads=$(curl -s -m 5 "http://${ETCD_LOOPBACK:-127.0.0.1}:2381/metrics" | grep -c '^etcd_server_is_leader 1$') || :
[ "${leads:-0}" -gt 0 ] || exit 0
sent=$STATE/etcd-snapshot-sent
now=$("$etcdctl" endpoint status -w json | number revision)
# Before anything was written there is nothing to keep.
[ "${now:-0}" -gt 1 ] || exit 0
[ "$now" != "$(cat "$sent" 2>/dev/null)" ] || exit 0

room=$STATE/etcd-snapshots
mkdir -p "$room"
trap 'rm -f "$room"/*' EXIT
rm -f "$room"/*
revision=$(take "$room/snapshot")
# It goes as it is read: however large it is, little of it is in memory.
code=$(curl -s -o /dev/null -w '%{http_code}' -H Expect: --speed-limit 1024 --speed-time 60 -T "$room/snapshot" \
  "$MAILBOX/snapshots/etcd-$revision") || :
case $code in
20? | 409) echo "$revision" | write_file "$sent" ;;
*) fail "The mailbox does not take the snapshot of revision $revision: it answers $code." ;;
esac
say "Snapshot of revision $revision sent."
