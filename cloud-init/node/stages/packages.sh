#!/bin/sh
# The programs of this node are in /opt/bootstrap/bin: what its welcome names is fetched, several at once.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

mkdir -p "$STATE/assets" "$OPT/installed" "$OPT/bin"
# A line: sha256, form, name. These scripts are an asset too, and here already.
needed=$(grep -v "^$BUNDLE " "$ETC/assets") || exit 0
printf '%s\n' "$needed" | xargs -n 3 -P 4 "${0%/*}/../fetch-asset.sh" || fail "$(cat "$REASON_FILE" || true)"
rm -rf "$STATE/assets"
