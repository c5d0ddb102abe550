#!/bin/sh
# Takes a snapshot of this machine's etcd and sends it; what it is comes beside it, as errors do. Nothing of it stays here.
# `bootstrap etcd snapshot` sends this script as it is.
set -eu
umask 077

ROOT=${BOOTSTRAP_ROOT-}
export ETCDCTL_CACERT="$ROOT/etc/bootstrap/pki/etcd-ca.crt"
export ETCDCTL_CERT="$ROOT/etc/bootstrap/pki/etcd.crt"
export ETCDCTL_KEY="$ROOT/etc/bootstrap/pki/etcd.key"
BIN=$ROOT/opt/bootstrap/bin
OWN=https://${ETCD_LOOPBACK:-127.0.0.1}:2379

main() {
  folder=$(mktemp -d /var/tmp/bootstrap-snapshot.XXXXXXXXXX)
  trap 'rm -rf "$folder"' EXIT
  # A connection that ends is an end as well.
  trap 'exit 1' HUP INT TERM PIPE
  "$BIN/etcdctl" --endpoints="$OWN" snapshot save "$folder/etcd.db" >"$folder/log" 2>&1 || {
    tail -n 5 "$folder/log" >&2
    exit 1
  }
  echo '--- status' >&2
  "$BIN/etcdutl" --write-out=json snapshot status "$folder/etcd.db" >&2
  echo '--- file' >&2
  sha256sum "$folder/etcd.db" >&2
  cat "$folder/etcd.db"
}

main </dev/null
