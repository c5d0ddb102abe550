#!/bin/sh
# Asks the mailbox again and again who is in the overlay, and makes that the peers of this node. The last good list is kept on
# the disk; as long as there is no better one, nothing changes, for an hour or for ever.
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
tools=${0%/*}
list=$STATE/peers.json
draft=$RUN/peers.new
mkdir -p "$RUN"

# Often while the others appear, then seldom.
OFTEN=5
SELDOM=15
# So many answers without news, and nobody new is expected.
QUIET=24
quiet=0
said=

# SENTENCE: only when it is another than the last.
mention() {
  [ "$1" = "$said" ] || say "$1"
  said=$1
}

# Whoever has lost the list has not got it, whatever was answered last.
forget_answer_without_list() {
  [ -s "$list" ] || rm -f "$STATE/peers.etag"
}

ask() {
  forget_answer_without_list
  : >>"$STATE/peers.etag"
  rm -f "$draft"
  curl -s -m 30 --max-filesize 8388608 --etag-compare "$STATE/peers.etag" --etag-save "$draft.etag" -o "$draft" -w '%{http_code}' \
    "$MAILBOX/peers"
}

confirm() {
  : >"$RUN/peers-confirmed"
  quiet=$((quiet + 1))
  mention 'The list is confirmed.'
}

# First in the kernel, where it is checked, then on the disk, then the answer as one that need not be given again.
take() {
  if cmp -s "$draft" "$list"; then
    confirm
    return
  fi
  if ! news=$(python3 -B "$tools/peers-apply.py" "$draft" 2>&1); then
    mention "$news"
    return
  fi
  write_file "$list" <"$draft"
  write_file "$STATE/peers.etag" <"$draft.etag"
  : >"$RUN/peers-confirmed"
  quiet=0
  mention "The list has changed: $news."
  said=
}

while :; do
  code=$(ask) || :
  case $code in
  200) take ;;
  304) confirm ;;
  *) mention "No list from the mailbox: it answers ${code:-nothing}." ;;
  esac
  sleep "$([ "$quiet" -lt "$QUIET" ] && echo "$OFTEN" || echo "$SELDOM")"
done
