# shellcheck shell=sh
# The API of Kubernetes on this machine, with its controllers and its scheduler. It waits for no other machine: which of them works
# where there are several, they agree on through the API.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../kubernetes.sh
. "${0%/*}/../kubernetes.sh"
tools=$(cd "${0%/*}/.." && pwd -P)

for program in kube-apiserver kube-controller-manager kube-scheduler; do
  command -v "$program" >/dev/null || fail "There is no $program in $OPT/bin."
done
require_certificates apiserver apiserver-etcd front-proxy controller-manager scheduler services
for secret in service-account-key service-account-believed encryption-key; do
  [ -s "$ETC/secrets/$secret" ] || fail "There is no $ETC/secrets/$secret."
done
make_users bootstrap-apiserver bootstrap-controller-manager bootstrap-scheduler bootstrap-services

mkdir -p "$KUBERNETES" "$STATE/kubernetes"
for template in audit authentication admission; do
  render "$template.yaml" "$KUBERNETES/$template.yaml"
done
render encryption.yaml "$KUBERNETES/encryption.yaml" 0600
# Of their own machine: when that is not well, those of another one work.
for component in controller-manager scheduler; do
  render_kubeconfig "$component" "https://127.0.0.1:$API_PORT" \
    "$ROOT/run/credentials/bootstrap-$component.service/$component.key"
done

# So long it may take, on a small machine whose processors are emulated.
PATIENCE=${KUBERNETES_PATIENCE:-900}

# PURPOSE PORT PATH: one program asks until it hears that all is well.
await_health() {
  said=$(curl -sS -f -m 10 --retry 10000 --retry-delay 2 --retry-max-time "$PATIENCE" --retry-all-errors \
    --cacert "$ETC/pki/$1-ca.crt" "https://127.0.0.1:$2/$3" 2>"$RUN/health") ||
    unit_failed "bootstrap-$1.service" "The $1 is not well: $(tail -n 1 "$RUN/health")"
  [ "$said" = ok ] || unit_failed "bootstrap-$1.service" "The $1 says of itself: $said"
}

place_unit bootstrap-apiserver.service bootstrap-controller-manager.service bootstrap-scheduler.service bootstrap-services.service
note_belief bootstrap-apiserver.service apiserver apiserver-etcd front-proxy
run_with bootstrap-apiserver.service "$OPT/bin/kube-apiserver" "$ETC/node.env" "$ETC/secrets/service-account-key" \
  "$KUBERNETES/audit.yaml" "$KUBERNETES/authentication.yaml" "$KUBERNETES/admission.yaml" "$KUBERNETES/encryption.yaml"
# Before it knows what they may, they would only come and go.
await_health apiserver "$API_PORT" readyz
for component in controller-manager scheduler; do
  note_belief "bootstrap-$component.service" "$component"
  run_with "bootstrap-$component.service" "$OPT/bin/kube-$component" "$KUBERNETES/$component.kubeconfig"
done
await_health controller-manager 10257 healthz
await_health scheduler 10259 healthz
run_with bootstrap-services.service "$tools/services-follow.py" "$tools/service_answers.py" "$tools/kubernetes_api.py" \
  "$tools/kubernetes_sight.py" "$tools/kubernetes_turn.py" "$ETC/node.env"
