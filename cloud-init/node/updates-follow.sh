#!/bin/sh
# Asks the mailbox now and then what this machine is to run from now on, for as long as it runs. One round by hand, even while
# the service runs: sudo /opt/bootstrap/node/updates-follow.sh once
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
mkdir -p "$RUN"
exec python3 -B "${0%/*}/updates-follow.py" "$@"
