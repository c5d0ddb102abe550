#!/bin/sh
# Makes etcd on this machine what a snapshot holds, step by step: `bootstrap etcd restore` sends this script for each, and goes
# on to the next only when all machines have done it. Any step may be done again.
#   who                    names this member and its address in the overlay, where there is one
#   prepare TOKEN MEMBERS  data for a new cluster of these members, of the snapshot that was put beside; nothing is disturbed
#   stop                   etcd, and what looks after it
#   swap                   the new data takes the place of the old, which is kept aside
#   start                  until this member is a voter of a healthy cluster
#   forget                 what was prepared
set -eu
umask 077

ROOT=${BOOTSTRAP_ROOT-}
STATE=$ROOT/var/lib/bootstrap
SNAPSHOT=$STATE/etcd-restore.db
DRAFT=$STATE/etcd-restore
ASIDE=$STATE/etcd-before-restore

# Whoever has seen more than the snapshot knows has to look again: no revision that he knows comes once more.
REVISIONS=1000000000

# All of it becomes etcd's own when its unit starts: systemd sees to that, as its folder is another's.
prepare() {
  rm -rf "$DRAFT"
  "$ROOT/opt/bootstrap/bin/etcdutl" snapshot restore "$SNAPSHOT" --data-dir "$DRAFT" --name "$NODE" \
    --initial-cluster-token "$1" --initial-cluster "$2" --initial-advertise-peer-urls "https://$OVERLAY_ADDRESS:2380" \
    --bump-revision "$REVISIONS" --mark-compacted >&2
  rm -f "$SNAPSHOT"
  sync
}

# VERB: where there is one. What it has read it believes to be there still.
server_of_api() {
  [ ! -e "$ROOT/etc/systemd/system/bootstrap-apiserver.service" ] || systemctl "$1" bootstrap-apiserver.service
}

# One that was swapped in already, as it was stopped in between, stays.
swap() {
  [ -d "$DRAFT" ] || return 0
  if [ -d "$STATE/etcd" ]; then
    rm -rf "$ASIDE"
    mv "$STATE/etcd" "$ASIDE"
  fi
  mv "$DRAFT" "$STATE/etcd"
  sync
}

main() {
  # A machine that never had a seat joins by itself, when there is a cluster to join again.
  [ -e "$ROOT/etc/bootstrap/etcd.yaml" ] && [ ! -e "$STATE/etcd-left" ] || exit 0
  # shellcheck source=/dev/null
  . "$ROOT/etc/bootstrap/node.env"
  step=$1
  shift
  case $step in
    who)
      echo '--- member'
      echo "$NODE $OVERLAY_ADDRESS"
      ;;
    prepare) prepare "$@" ;;
    stop)
      # Where it has never come so far, it is not known.
      systemctl stop bootstrap-etcd-care.service || true
      server_of_api stop
      systemctl stop bootstrap-etcd.service
      ;;
    swap) swap ;;
    start)
      # First, so that a stage which already waits for it comes to its end.
      systemctl start bootstrap-etcd.service
      "$ROOT/opt/bootstrap/node/run-stage" etcd >&2
      server_of_api start
      ;;
    forget) rm -rf "$DRAFT" "$SNAPSHOT" ;;
  esac
}

main "$@" </dev/null
