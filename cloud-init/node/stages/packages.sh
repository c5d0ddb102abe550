#!/bin/sh
# The programs of this node are here: what its image lacks is installed, and what its welcome names is fetched, several at once.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

wanted='curl:curl ip:iproute2 nft:nftables wg:wireguard-tools'
if grep -qx kubelet "$ETC/stages"; then
  wanted="$wanted containerd:containerd runc:runc haproxy:haproxy modprobe:kmod sysctl:procps"
  wanted="$wanted $ROOT/usr/lib/cni/bridge:containernetworking-plugins"
  # These run by units of ours, and not by those that their packages bring and start.
  for theirs in containerd haproxy; do
    [ "$(readlink "$UNITS/$theirs.service")" != /dev/null ] || continue
    ! command -v "$theirs" >/dev/null || systemctl stop "$theirs.service"
    ln -sfn /dev/null "$UNITS/$theirs.service"
  done
fi

# Only what lacks, so that on most machines nobody is asked; and nothing that is here is made newer.
lacking=
for both in $wanted; do
  command -v "${both%:*}" >/dev/null || lacking="$lacking ${both#*:}"
done

apt() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

wrong=0
install_lacking() {
  if ! apt -o APT::Update::Error-Mode=any update; then
    say 'apt does not hear what there is, trying again'
    return 1
  fi
  # Whoever was killed in the middle has left it so.
  DEBIAN_FRONTEND=noninteractive dpkg --configure -a </dev/null || :
  # shellcheck disable=SC2086  # Several.
  apt install --no-upgrade --no-install-recommends $lacking && return
  wrong=$((wrong + 1))
  [ "$wrong" -lt 5 ] || fail "These packages cannot be installed:$lacking."
  return 1
}

if [ -n "$lacking" ]; then
  say "Installed by apt:$lacking"
  until_done install_lacking
fi

mkdir -p "$STATE/assets" "$OPT/installed" "$OPT/bin"
# A line: sha256, form, name. These scripts are an asset too, and here already.
needed=$(grep -v "^$BUNDLE " "$ETC/assets") || exit 0
printf '%s\n' "$needed" | xargs -n 3 -P 4 "${0%/*}/../fetch-asset.sh" || fail "$(cat "$REASON_FILE" || true)"
rm -rf "$STATE/assets"
