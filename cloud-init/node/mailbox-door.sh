#!/bin/sh
# Opens the mailbox of a machine whose letters lie in the cluster's bucket, for as long as it runs.
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
mkdir -p "$RUN"
exec python3 -B "${0%/*}/mailbox-door.py"
