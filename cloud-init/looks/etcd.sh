#!/bin/sh
# What this machine's etcd says of itself and of the others; with arguments, what the members at those endpoints say.
# Changes nothing; `bootstrap etcd status` sends it as it is.
set -eu

ROOT=${BOOTSTRAP_ROOT-}
export ETCDCTL_CACERT="$ROOT/etc/bootstrap/pki/etcd-ca.crt"
export ETCDCTL_CERT="$ROOT/etc/bootstrap/pki/etcd.crt"
export ETCDCTL_KEY="$ROOT/etc/bootstrap/pki/etcd.key"
export ETCDCTL_DIAL_TIMEOUT=5s
# Where machines are emulated, much of it is the start of etcdctl.
export ETCDCTL_COMMAND_TIMEOUT="${ETCD_LOOK_PATIENCE:-15s}"
OWN=https://${ETCD_LOOPBACK:-127.0.0.1}:2379
CTL=$ROOT/opt/bootstrap/bin/etcdctl

ctl() {
  "$CTL" --write-out=json "$@" 2>/dev/null || true
}

main() {
  [ -e "$CTL" ] && [ -e "$ETCDCTL_CERT" ] || exit 0
  found=$(mktemp -d)
  trap 'rm -rf "$found"' EXIT
  if [ $# -eq 0 ]; then
    ctl --endpoints="$OWN" member list >"$found/members" &
    ctl --endpoints="$OWN" alarm list >"$found/alarms" &
    set -- "$OWN"
  fi
  at=0
  for endpoint; do
    at=$((at + 1))
    ctl --endpoints="$endpoint" endpoint status >"$found/status.$at" &
    ctl --endpoints="$endpoint" endpoint health >"$found/health.$at" &
  done
  wait
  for answer in "$found"/*; do
    echo "--- $(basename "$answer")"
    cat "$answer"
  done
}

main "$@" </dev/null
