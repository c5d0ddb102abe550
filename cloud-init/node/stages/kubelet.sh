# shellcheck shell=sh
# This machine is a node of Kubernetes, and ready: containers run, pods have their network, services lead to them.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../kubernetes.sh
. "${0%/*}/../kubernetes.sh"
tools=$(cd "${0%/*}/.." && pwd -P)

for program in kubelet kube-proxy containerd runc haproxy modprobe sysctl; do
  command -v "$program" >/dev/null || fail "There is no $program on this machine."
done
require_certificates kubelet proxy
make_users bootstrap-balancer
mkdir -p "$KUBERNETES/cni" "$STATE/kubernetes" "$STATE/images" "$ROOT/etc/modules-load.d" "$ROOT/etc/sysctl.d"

# ---- The kernel: now, and at every boot ----

printf '%s\n' overlay br_netfilter nf_conntrack | change_file "$ROOT/etc/modules-load.d/bootstrap.conf" || :
modprobe -a overlay br_netfilter nf_conntrack || fail "This machine's kernel lacks what Kubernetes needs of it."
change_file "$ROOT/etc/sysctl.d/60-bootstrap.conf" <"$TEMPLATES/sysctl.conf" || :
sysctl -q -p "$ROOT/etc/sysctl.d/60-bootstrap.conf" || fail 'The kernel does not take its settings.'

# ---- The way to the API ----

place_unit bootstrap-balancer.service bootstrap-containerd.service bootstrap-kubelet.service bootstrap-proxy.service
python3 -B "$tools/balancer-apply.py"
note_belief bootstrap-balancer.service kubelet
run_with bootstrap-balancer.service "$(command -v haproxy)"

# ---- Containers ----

render containerd.toml "$KUBERNETES/containerd.toml"
# As large as the overlay within the region; what goes farther has routes of its own.
POD_MTU=$(cat "$ROOT/sys/class/net/bootstrap0/mtu" 2>/dev/null) || POD_MTU=$OVERLAY_MTU
export POD_MTU
render pods.conflist "$KUBERNETES/cni/pods.conflist"
run_with bootstrap-containerd.service "$(command -v containerd)" "$KUBERNETES/containerd.toml"

# Once each. What the node itself needs stays, however little room there is.
import_image() {
  import_is=$(stat -c '%s %Y' "$1")
  [ "$import_is" != "$(cat "$1.imported" 2>/dev/null)" ] || return 0
  ctr -n k8s.io images import "$1" >"$RUN/imported" || fail "The image ${1##*/} cannot be imported."
  sed -n 's/^unpacking \([^ ]*\) .*/\1/p' "$RUN/imported" | while read -r name; do
    ctr -n k8s.io images label "$name" io.cri-containerd.pinned=pinned >/dev/null
  done
  echo "$import_is" >"$1.imported"
  say "Imported: ${1##*/}"
}
for image in "$STATE"/images/*.tar; do
  [ ! -e "$image" ] || import_image "$image"
done

# ---- The node ----

case $ROLE in
control-plane | storage) TAINTS="[{ key: node-role.kubernetes.io/$ROLE, effect: NoSchedule }]" ;;
*) TAINTS='[]' ;;
esac
# Pods cannot ask whoever answers on this machine alone.
RESOLV_CONF=/etc/resolv.conf
! grep -qs '^nameserver 127\.' "$ROOT/etc/resolv.conf" || RESOLV_CONF=/run/systemd/resolve/resolv.conf
export TAINTS RESOLV_CONF
render kubelet.yaml "$KUBERNETES/kubelet.yaml"
render proxy.yaml "$KUBERNETES/proxy.yaml"
for purpose in kubelet proxy; do
  render_kubeconfig "$purpose" https://127.0.0.1:6444 "$ETC/pki/$purpose.key"
done
note_belief bootstrap-kubelet.service kubelet
note_belief bootstrap-proxy.service proxy
run_with bootstrap-kubelet.service "$OPT/bin/kubelet" "$ETC/node.env" "$KUBERNETES/kubelet.yaml" "$KUBERNETES/kubelet.kubeconfig"
run_with bootstrap-proxy.service "$OPT/bin/kube-proxy" "$KUBERNETES/proxy.yaml" "$KUBERNETES/proxy.kubeconfig"
python3 -B "$tools/node-ready.py" 2>"$RUN/unready" || unit_failed bootstrap-kubelet.service "$(tail -n 1 "$RUN/unready")"
