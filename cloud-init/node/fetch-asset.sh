#!/bin/sh
# fetch-asset.sh SHA256 FORM NAME: fetches one asset and installs it. Nothing of it is unpacked, made executable or run
# before its digest was checked. Interrupted at any moment it goes on where it was. With FETCH_ONLY it is not installed yet.
set -eu
umask 022
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
sha256=$1
form=$2
name=$3
file=$STATE/assets/$sha256
part=$file.part
# What it brought, each file on a line. It is written last.
installed=$OPT/installed/$sha256
place=$OPT/bin
[ "$form" != image ] || place=$STATE/images
wrong=0

is_installed() {
  [ -s "$installed" ] || return 1
  while read -r brought; do
    [ -e "$place/$brought" ] || return 1
  done <"$installed"
}

fetch() {
  code=$(curl -s -f -C - -y 60 -Y 100 --connect-timeout 30 ${MAILBOX_SOCKET:+--unix-socket "$MAILBOX_SOCKET"} \
    -o "$part" -w '%{http_code}' "$MAILBOX/assets/$sha256") && ended=0 || ended=$?
  # 416: all of it is here already. 33: the server cannot go on in the middle.
  [ "$ended" -ne 33 ] || rm -f "$part"
  if [ "$ended" -ne 0 ] && [ "$code" != 416 ]; then
    say "$name: answer $code, curl $ended, trying again"
    return 1
  fi
  if [ -e "$part" ] && echo "$sha256  $part" | sha256sum -c --status; then
    sync "$part"
    mv "$part" "$file"
    return
  fi
  say "$name: what came does not have the digest $sha256"
  rm -f "$part"
  wrong=$((wrong + 1))
  [ "$wrong" -lt 3 ] || fail "The asset $name is not what it should be: its digest is another one, three times."
  return 1
}

# NAME: what another asset has put there is that one's no longer.
take_place() {
  takes=$(cd "$OPT/installed" && grep -lxF -e "$1" -- * 2>/dev/null) || return 0
  for taken in $takes; do rm -f "$OPT/installed/$taken"; done
  sync "$OPT/installed"
}

# FILE NAME MODE
install_file() {
  take_place "$2"
  chmod "$3" "$1"
  sync "$1"
  mv -f "$1" "$place/$2"
  echo "$2" >>"$draft/brought"
}

install_asset() {
  draft=$OPT/installed/.$sha256
  rm -rf "$draft"
  mkdir -p "$draft/tree"
  case $form in
  program)
    cp "$file" "$draft/tree/program"
    install_file "$draft/tree/program" "$name" 0755
    ;;
  tar.gz)
    tar -xzf "$file" -C "$draft/tree" --no-same-owner
    find "$draft/tree" -type f -perm -u+x >"$draft/found"
    while read -r path; do install_file "$path" "${path##*/}" 0755; done <"$draft/found"
    ;;
  # Whole: containerd unpacks it.
  image)
    mkdir -p "$place"
    ln -f "$file" "$place/.$name"
    install_file "$place/.$name" "$name.tar" 0644
    ;;
  *) fail "The asset $name has the form $form, which this machine does not know." ;;
  esac
  [ -s "$draft/brought" ] || fail "There is no program in the asset $name."
  sync "$place"
  write_file "$installed" <"$draft/brought"
  rm -rf "$draft"
}

if is_installed; then exit 0; fi
[ -e "$file" ] || until_done fetch
[ -z "${FETCH_ONLY-}" ] || exit 0
install_asset
rm -f "$file"
say "$name: installed"
