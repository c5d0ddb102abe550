#!/bin/sh
# Brings this machine the scripts that make it a node, checks them against their digest, and starts them.
set -eu
# shellcheck source=/dev/null
. "${BOOTSTRAP_ROOT-}/etc/bootstrap/settings"
home=${BOOTSTRAP_ROOT-}/opt/bootstrap
mkdir -p "$home"
cd "$home"
fetch() {
  rm -rf draft
  mkdir -p draft/tree
  curl -sSf -m 120 -o draft/bundle "$MAILBOX/assets/$BUNDLE" || return 1
  echo "$BUNDLE  draft/bundle" | sha256sum -c --status || { echo 'The bundle has another digest.'; return 1; }
  tar -xzf draft/bundle -C draft/tree --no-same-owner || return 1
  sync -f draft
  mv draft/tree "bundle-$BUNDLE"
  rm -rf draft
}
until [ -d "bundle-$BUNDLE" ] || fetch; do sleep 5; done
exec "$home/bundle-$BUNDLE/agent.sh"
