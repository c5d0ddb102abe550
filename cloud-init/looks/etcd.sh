#!/bin/sh
# What this machine's etcd says of itself and of the others; with arguments, what the members at those endpoints say.
# Changes nothing; `bootstrap etcd status` sends it as it is. All is asked by one program, over HTTP: where machines are
# emulated, to start etcdctl takes seconds each time.
set -eu

ROOT=${BOOTSTRAP_ROOT-}
PKI=$ROOT/etc/bootstrap/pki
OWN=https://${ETCD_LOOPBACK:-127.0.0.1}:2379
PATIENCE=${ETCD_LOOK_PATIENCE:-15}

# NAME URL [BODY]: a question as curl reads it, whose answer becomes a file. After each the next begins anew.
question() {
  echo "url = \"$2\""
  echo "output = \"$found/$1\""
  [ -z "${3-}" ] || printf 'data = "%s"\n' "$(printf %s "$3" | sed 's/"/\\"/g')"
  printf '%s = "%s"\n' cacert "$PKI/etcd-ca.crt" cert "$PKI/etcd.crt" key "$PKI/etcd.key" max-time "$PATIENCE"
  # While they elect a leader the others answer that they cannot tell yet.
  printf '%s = "%s"\n' connect-timeout 5 retry 5 retry-delay 1 retry-max-time "$PATIENCE"
  printf '%s\n' http1.1 silent next
}

# The first is asked what all members have agreed on, each what it knows by itself.
questions() {
  if [ $# -eq 0 ]; then
    question members "$OWN/v3/cluster/member/list" '{"linearizable":true}'
    question alarms "$OWN/v3/maintenance/alarm" '{"action":"GET"}'
    set -- "$OWN"
  fi
  at=0
  for endpoint; do
    at=$((at + 1))
    question "status.$at" "$endpoint/v3/maintenance/status" '{}'
    question "health.$at" "$endpoint/health"
  done
}

main() {
  [ -e "$PKI/etcd.crt" ] || exit 0
  found=$(mktemp -d)
  trap 'rm -rf "$found"' EXIT
  # It ends with the last question, not with what begins a further one.
  questions "$@" | sed '$d' | curl --parallel --config - || true
  for answer in "$found"/*; do
    [ -e "$answer" ] || continue
    echo "--- $(basename "$answer")"
    cat "$answer"
    echo
  done
}

main "$@" </dev/null
