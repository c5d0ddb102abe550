#!/bin/sh
# Brings up this node's end of the WireGuard overlay, as it was when it was last told of its peers. Run again, it puts right
# what is not as it should be, and disturbs nothing else.
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
tools=${0%/*}
link=bootstrap0
mkdir -p "$RUN"

# Within a region, as large as the machines' own network lets through, less what WireGuard puts around it. Nodes elsewhere have
# routes of their own, of OVERLAY_MTU.
near_mtu() {
  device=$(ip -o -4 address show to "$MACHINE_RANGE" | awk '{ print $2; exit }')
  own=$(ip -o link show dev "${device:-lo}" | sed -n 's/.* mtu \([0-9]*\) .*/\1/p')
  [ -n "$device" ] && [ "$((own - 80))" -gt "$OVERLAY_MTU" ] || own=$((OVERLAY_MTU + 80))
  echo "$((own - 80))"
}

ip link show dev "$link" >/dev/null 2>&1 || ip link add dev "$link" type wireguard ||
  fail "This machine's kernel has no WireGuard."
wg set "$link" private-key "$ETC/overlay.key" listen-port "$OVERLAY_PORT"
ip address replace "$OVERLAY_ADDRESS/32" dev "$link"
ip link set dev "$link" mtu "$(near_mtu)" up
# One route for all nodes of the region, and one for all pods: which of them has an address, WireGuard knows.
ip route replace "$OVERLAY_RANGE" dev "$link" src "$OVERLAY_ADDRESS"
ip route replace "$POD_RANGE" dev "$link" src "$OVERLAY_ADDRESS"

# What leaves the overlay has addresses that nobody outside knows.
masquerade() {
  nft -f - <<RULES
table ip bootstrap-overlay
delete table ip bootstrap-overlay
table ip bootstrap-overlay {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "$link" accept
    ip saddr $POD_CIDR ip daddr != $OVERLAY_RANGE ip daddr != $POD_RANGE masquerade
  }
}
RULES
}
if command -v nft >/dev/null; then
  masquerade
else
  say 'There is no nft here: what pods send out of the overlay is not masqueraded.'
fi

if [ -s "$STATE/peers.json" ]; then
  python3 -B "$tools/peers-apply.py" "$STATE/peers.json"
fi
say "$link is up as $OVERLAY_ADDRESS."
