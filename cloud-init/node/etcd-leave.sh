#!/bin/sh
# Takes this member out of etcd for good, and says so in the letter `left`. As long as the others would lose their majority
# nothing happens, and the next round of the care tries again. Once it has left it says so in every round: whoever took the
# question back and asked it anew between two rounds has taken out what it said first.
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
tools=${0%/*}

if [ ! -e "$STATE/etcd-left" ]; then
  python3 -B "$tools/etcd-leave.py"
  : >"$STATE/etcd-left"
  sync "$STATE"
fi
systemctl disable --now bootstrap-etcd.service

box=$(cat "$ETC/box")
code=$(printf '{"format":%s,"box":"%s"}' "$FORMAT" "$box" |
  python3 -BS "$tools/ask-mailbox.py" put letters/left) || :
case $code in
201) say 'This member has left.' ;;
# It is there already.
409) ;;
# Taken back meanwhile: the next round of the care joins again.
403) ;;
*) fail "The mailbox does not take the letter: it answers $code." ;;
esac
