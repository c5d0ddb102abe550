# shellcheck shell=sh
# This machine is given its seat in etcd's cluster, without which it cannot vote. Whoever has reported it may vote any moment,
# and is asked to leave before it goes; whoever has not never started etcd, and can just go.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
tools=$(cd "${0%/*}/.." && pwd -P)

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

# With a log of its own it knows who it is. Without one nothing that an earlier try has left is of use.
[ ! -d "$STATE/etcd/member/wal" ] || exit 0
systemctl stop bootstrap-etcd.service || :
rm -rf "$STATE/etcd/member"
python3 -B "$tools/etcd-seat.py" || fail 'This machine found no seat in etcd.'
