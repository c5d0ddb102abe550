#!/bin/sh
# The machine has its addresses and its users: cloud-init has ended, without an error.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

end=$ROOT/run/cloud-init/result.json
until [ -s "$end" ]; do
  # A unit that failed early leaves no result behind.
  if systemctl -q is-failed 'cloud-*'; then sleep 5 && break; fi
  sleep 1
done
grep -q '"errors": *\[\]' "$end" && exit 0
tail -n 50 "$ROOT/var/log/cloud-init-output.log" || true
fail "cloud-init has ended with errors: $({ cat "$end" || true; } | tr -s '[:space:]' ' ')"
