# shellcheck shell=sh
# This node's end of the WireGuard overlay is up, and follows the list of its peers. It waits for no other node.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

for program in wg ip python3 curl; do
  command -v "$program" >/dev/null || fail "There is no $program on this machine."
done
[ -s "$ETC/secrets/overlay-psk" ] || fail "There is no $ETC/secrets/overlay-psk."

failed() {
  journalctl --quiet --no-pager --output cat --lines 20 --unit bootstrap-overlay.service || :
  fail 'The overlay does not come up.'
}
install_unit bootstrap-overlay.service || failed
ip link show dev bootstrap0 up >/dev/null || failed
install_unit bootstrap-peers.service
systemctl is-active --quiet bootstrap-peers.service || fail 'Nothing follows the list of peers.'
