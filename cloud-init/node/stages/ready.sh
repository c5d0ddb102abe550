# shellcheck shell=sh
# Everything that is to run on this machine runs.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

cd "$UNITS/multi-user.target.wants" || fail 'Nothing is to run on this machine.'
set -- bootstrap-*.service

not_active() {
  # By its exit code it tells only whether one of them is.
  { systemctl is-active "$@" || :; } >"$RUN/states"
  printf '%s\n' "$@" | paste -d ' ' - "$RUN/states" | grep -v ' active$'
}

# One that was just started again is given its time.
looks=0
while found=$(not_active "$@"); do
  looks=$((looks + 1))
  [ "$looks" -lt 30 ] || fail "Not everything runs that is to run: $(printf '%s' "$found" | paste -s -d ,)."
  sleep 2
done
