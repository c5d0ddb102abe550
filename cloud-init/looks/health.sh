#!/bin/sh
# What time this machine has, how the servers on it are, when the certificates end that they show, and which of these
# addresses of pods it reaches. Changes nothing; `bootstrap validate` sends it as it is.
set -eu

ROOT=${BOOTSTRAP_ROOT-}
PKI=$ROOT/etc/bootstrap/pki
UNITS=$ROOT/etc/systemd/system
AT_ONCE=16

# Each with its port, and where it says how it is.
servers() {
  cat <<'END'
apiserver 6443 readyz
controller-manager 10257 healthz
scheduler 10259 healthz
etcd 2379 -
END
}

placed_servers() {
  servers | while read -r name port path; do
    [ ! -e "$UNITS/bootstrap-$name.service" ] || echo "$name $port $path"
  done
}

# `apiserver 200`; 000: nothing was heard.
health_of() {
  code=$(curl --silent --output /dev/null --max-time 10 --cacert "$PKI/$1-ca.crt" --write-out '%{http_code}' \
    "https://127.0.0.1:$2/$3") || true
  echo "$1 ${code:-000}"
}

# `etcd notBefore=… notAfter=…`; no more than its name: it shows none.
dates_of() {
  dates=$(timeout 15 openssl s_client -connect "127.0.0.1:$2" </dev/null 2>/dev/null | openssl x509 -noout -dates 2>/dev/null) || true
  echo "$1 $dates" | tr '\n' '\t'
  echo
}

# `10.100.2.7 reached`
ping_all() {
  # shellcheck disable=SC2016 # The inner shell expands them.
  printf '%s\n' "$@" | xargs -n 1 -P "$AT_ONCE" sh -c '
    if ping -n -q -c 3 -i 0.2 -W 3 "$1" >/dev/null 2>&1; then echo "$1 reached"; else echo "$1 lost"; fi
  ' ping
}

main() {
  echo '--- clock'
  date +%s.%N
  echo '--- health'
  placed_servers | while read -r name port path; do
    [ "$path" = - ] || health_of "$name" "$port" "$path"
  done
  echo '--- certificates'
  placed_servers | while read -r name port _; do dates_of "$name" "$port"; done
  [ $# -gt 0 ] || exit 0
  command -v ping >/dev/null || exit 0
  echo '--- pods'
  ping_all "$@"
}

main "$@" </dev/null
