# shellcheck shell=sh
# This machine becomes a voter of etcd. Run again, it finds that it is one; killed anywhere, it goes on from there.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
tools=$(cd "${0%/*}/.." && pwd -P)

TAKEN_OUT=3

if [ -e "$STATE/etcd-left" ]; then
  say 'This member has left for good: its machine is about to go.'
  exit 0
fi
for program in etcd etcdctl etcdutl; do
  command -v "$program" >/dev/null || fail "There is no $program in $OPT/bin."
done
for file in etcd.key etcd.crt etcd-ca.crt; do
  [ -s "$ETC/pki/$file" ] || fail "There is no $ETC/pki/$file."
done
getent passwd bootstrap-etcd >/dev/null ||
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin bootstrap-etcd

place_unit bootstrap-etcd.service
# From now on it can be asked to leave.
install_unit bootstrap-etcd-care.service

while :; do
  # With a log of its own it knows who it is. Without one nothing that an earlier try has left is of use.
  if [ ! -d "$STATE/etcd/member/wal" ]; then
    systemctl stop bootstrap-etcd.service || :
    rm -rf "$STATE/etcd/member"
    python3 -B "$tools/etcd-seat.py" || fail 'This machine found no seat in etcd.'
  fi
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
done

: >"$STATE/etcd-founded"
rm -f "$STATE/etcd-joining"
sync "$STATE"
