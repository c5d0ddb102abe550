#!/bin/sh
# What keeps others out of this machine's part of Kubernetes: what its programs were started with, whose its files are, and
# what its servers answer to somebody who shows nothing. Changes nothing and shows no secret; `bootstrap validate --security`
# sends it as it is.
set -eu

ROOT=${BOOTSTRAP_ROOT-}
ETC=$ROOT/etc/bootstrap
STATE=$ROOT/var/lib/bootstrap
UNITS=$ROOT/etc/systemd/system

# `apiserver --profiling=false`; of one that does not run no more than its name.
programs() {
  for name in apiserver controller-manager scheduler etcd kubelet proxy; do
    unit=bootstrap-$name.service
    [ -e "$UNITS/$unit" ] || continue
    pid=$(systemctl show --property=MainPID --value "$unit")
    echo "$name"
    [ "${pid:-0}" = 0 ] || tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n "s/^--/$name --/p"
  done
}

# `600 root root /etc/bootstrap/pki/etcd.key`
files() {
  for place in "$ETC" "$STATE/etcd"; do
    [ ! -d "$place" ] || find "$place" \( -path "$STATE/etcd/*" -prune -o -printf '%m %u %g %p\n' \)
  done
  find "$UNITS" -maxdepth 1 -type f -name 'bootstrap-*' -printf '%m %u %g %p\n'
}

# Nothing but the names of the ways: what they are given is secret.
ciphers_at_rest() {
  sed -n 's/^ *- \([a-z0-9]*\):$/\1/p' "$ETC/kubernetes/encryption.yaml" 2>/dev/null || true
}

# `kubelet 401`, to somebody who shows nothing; 000: nothing was heard.
door() {
  code=$(curl --silent --insecure --output /dev/null --max-time 10 --write-out '%{http_code}' "$2") || true
  echo "$1 ${code:-000}"
}

doors() {
  address=$(sed -n "s/^OVERLAY_ADDRESS=//p" "$ETC/node.env" | tr -d "'\"")
  if [ -e "$UNITS/bootstrap-apiserver.service" ]; then
    door apiserver https://127.0.0.1:6443/api/v1/nodes
    door etcd "https://$address:2379/health"
    door controller-manager "https://$address:10257/metrics"
    door scheduler "https://$address:10259/metrics"
  fi
  if [ -e "$UNITS/bootstrap-kubelet.service" ]; then
    door kubelet "https://$address:10250/pods"
    door kubelet-read-only "http://$address:10255/pods"
    door proxy "http://$address:10249/metrics"
  fi
}

show() {
  [ ! -e "$2" ] || { echo "--- $1" && cat "$2"; }
}

main() {
  echo '--- programs'
  programs
  echo '--- files'
  files
  echo '--- at-rest'
  ciphers_at_rest
  echo '--- doors'
  doors
  show kubelet "$ETC/kubernetes/kubelet.yaml"
  show proxy "$ETC/kubernetes/proxy.yaml"
  show etcd "$ETC/etcd.yaml"
  show authentication "$ETC/kubernetes/authentication.yaml"
}

main </dev/null
