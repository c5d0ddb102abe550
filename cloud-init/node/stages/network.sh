#!/bin/sh
# The machine has its addresses and its users: cloud-init has ended, without an error.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

end=$ROOT/run/cloud-init/result.json
looks=0
until [ -s "$end" ]; do
  # A unit that failed early leaves no result behind; to ask systemd every second would keep a small machine busy.
  if [ $((looks % 10)) -eq 9 ] && systemctl -q is-failed 'cloud-*'; then sleep 5 && break; fi
  looks=$((looks + 1))
  sleep 1
done
grep -q '"errors": *\[\]' "$end" && exit 0
tail -n 50 "$ROOT/var/log/cloud-init-output.log" || true
fail "cloud-init has ended with errors: $({ cat "$end" || true; } | tr -s '[:space:]' ' ')"
