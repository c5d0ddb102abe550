# shellcheck shell=sh
# This machine, which has a seat in etcd's cluster, becomes a voter. Run again, it finds that it is one; killed anywhere, it
# goes on from there.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
tools=$(cd "${0%/*}/.." && pwd -P)

TAKEN_OUT=3

if [ -e "$STATE/etcd-left" ]; then
  say 'This member has left for good: its machine is about to go.'
  exit 0
fi
# Of a program its size and its time are enough, for it is replaced as a whole. One that runs was started with what is noted.
runs=$(stat -L -c '%s %Y' "$(command -v etcd)")
if [ -e "$STATE/etcd-runs" ] && [ "$runs" != "$(cat "$STATE/etcd-runs")" ] && systemctl is-active --quiet bootstrap-etcd.service; then
  python3 -B "$tools/etcd-anew.py" || fail 'etcd was not started again, with its new program.'
fi
while :; do
  # Whom it believes it reads when it starts.
  [ -e "$STATE/etcd-believes" ] || write_file "$STATE/etcd-believes" <"$ETC/pki/etcd-ca.crt"
  install_unit bootstrap-etcd.service
  code=0
  python3 -B "$tools/etcd-settle.py" || code=$?
  [ "$code" -ne 0 ] || break
  if [ "$code" -ne "$TAKEN_OUT" ]; then
    journalctl --quiet --no-pager --output cat --lines 20 --unit bootstrap-etcd.service || :
    fail 'This member has not become a voter.'
  fi
  say 'The cluster has taken this member out: its data is put aside, and it joins anew.'
  systemctl disable --now bootstrap-etcd.service
  : >"$STATE/etcd-founded"
  rm -rf "$STATE/etcd-set-aside"
  mv "$STATE/etcd" "$STATE/etcd-set-aside"
  sh -eu "$tools/stages/seat.sh"
done

: >"$STATE/etcd-founded"
rm -f "$STATE/etcd-joining"
printf '%s\n' "$runs" | write_file "$STATE/etcd-runs"
sync "$STATE"
