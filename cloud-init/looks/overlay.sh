#!/bin/sh
# How this machine stands with the others on the overlay. Changes nothing; `bootstrap overlay status` sends it as it is.
set -eu

ROOT=${BOOTSTRAP_ROOT-}
INTERFACE=bootstrap0
PINGS=3
AT_ONCE=32

# The keys that are secret stay here: what is printed leaves the machine.
without_secrets() {
  awk -F '\t' -v OFS='\t' 'NR == 1 { print $2, $3; next } { print $1, $3, $4, $5, $6, $7 }'
}

# Its own address of every peer: the first range of each is one.
addresses() {
  awk -F '\t' 'NR > 1 { split($4, ranges, ","); sub("/32$", "", ranges[1]); if (ranges[1] ~ /^[0-9.]+$/) print ranges[1] }'
}

# `10.64.0.2 0.81`; no figure: nothing came back.
ping_all() {
  # shellcheck disable=SC2016 # The inner shell expands them.
  xargs -r -n 1 -P "$AT_ONCE" sh -c '
    best=$(ping -n -q -c "$1" -i 0.2 -W 2 "$2" 2>/dev/null | sed -n "s|.*= \([0-9.]*\)/.*|\1|p")
    echo "$2 $best"
  ' ping "$PINGS"
}

main() {
  echo '--- clock'
  date +%s
  echo '--- peers'
  cat "$ROOT/var/lib/bootstrap/peers.json" 2>/dev/null || true
  echo
  dump=$(wg show "$INTERFACE" dump 2>/dev/null) || exit 0
  echo '--- interface'
  printf '%s\n' "$dump" | without_secrets
  command -v ping >/dev/null || exit 0
  echo '--- latency'
  printf '%s\n' "$dump" | addresses | ping_all
}

main </dev/null
