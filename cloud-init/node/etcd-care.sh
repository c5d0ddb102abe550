#!/bin/sh
# What a member of etcd does beside etcd, for as long as the machine runs. One round by hand, even while the service runs:
#   sudo /opt/bootstrap/node/etcd-care.sh once
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
exec python3 -B "${0%/*}/etcd-care.py" "$@"
