#!/bin/sh
# Asks the mailbox again and again who is in the overlay, and makes that the peers of this node.
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
mkdir -p "$RUN"
exec python3 -B "${0%/*}/peers-follow.py"
