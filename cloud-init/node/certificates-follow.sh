#!/bin/sh
# Asks the mailbox now and then for renewed certificates of this machine, for as long as it runs. One round by hand, even while
# the service runs: sudo /opt/bootstrap/node/certificates-follow.sh once
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
mkdir -p "$RUN"
exec python3 -B "${0%/*}/certificates-follow.py" "$@"
