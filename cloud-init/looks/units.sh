#!/bin/sh
# What runs on this machine for the cluster. Changes nothing; `bootstrap units` sends it as it is, and so can you:
#   bootstrap ssh NAME NODE -- sudo sh -s < units.sh
set -eu

FIELDS=Id,LoadState,ActiveState,SubState,Result,StateChangeTimestamp

# A timer has no program. A script's program is the script, wherever its unit says that it is.
program_of() {
  exe=$(readlink -f "/proc/$1/exe" 2>/dev/null || true)
  case "$exe" in
    /opt/bootstrap/bin/*) echo "$exe" ;;
    *) readlink -f "$2" 2>/dev/null || echo "$2" ;;
  esac
}

# Only what bootstrap has put there is asked itself; everything else is known to the system.
version_of() {
  case "$1" in
    '') ;;
    */bundle-*) echo "$1" | sed -n 's|.*/bundle-\([0-9a-f]\{12\}\).*|bundle \1|p' ;;
    /opt/bootstrap/bin/*) timeout 10 "$1" --version 2>/dev/null | head -n 1 || true ;;
    *)
      # What /usr has taken over is known by the name that it had before.
      package=$(dpkg-query --search "$1" "${1#/usr}" 2>/dev/null | sed -n '1s/:.*//p')
      [ -z "$package" ] || dpkg-query --show --showformat '${Version}\n' "$package" | head -n 1
      ;;
  esac
}

main() {
  echo '--- units'
  systemctl show --timestamp=unix --property="$FIELDS" 'bootstrap-*' ssh.service cloud-final.service
  echo '--- versions'
  systemctl show --property=Id,MainPID,ExecStart 'bootstrap-*' ssh.service cloud-final.service |
    awk -F= '
      $1 == "Id" { id = $2 }
      $1 == "MainPID" { pid = $2 }
      $1 == "ExecStart" && match($0, /path=[^ ;]+/) { path = substr($0, RSTART + 5, RLENGTH - 5) }
      $0 == "" { print id, pid, path; id = pid = path = "" }
      END { if (id != "") print id, pid, path }
    ' |
    while read -r id pid path; do
      [ -z "$path" ] || echo "$id $(version_of "$(program_of "$pid" "$path")")"
    done
}

main </dev/null
