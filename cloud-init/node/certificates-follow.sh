#!/bin/sh
# Asks the mailbox now and then for renewed certificates of this machine. They come in letters with numbers; what is good is put
# where those who use it read it, and what is not is refused: then everything stays as it is. Whichever it was, the mailbox is told.
# One round by hand, even while the service runs: sudo /opt/bootstrap/node/certificates-follow.sh once
set -eu
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
load_settings
tools=${0%/*}
# The number of the last letter that was answered.
answered=$STATE/renewals
letter=$RUN/renewal
answer=$RUN/renewal-answer
mkdir -p "$RUN"

# Often for a while when something has come, for more may follow; then seldom.
OFTEN=20
SELDOM=${CERTIFICATES_SECONDS:-300}
QUIET=30
quiet=$QUIET
said=

# Of certificates-take.py.
REFUSED=3

# SENTENCE: only when it is another than the last.
mention() {
  [ "$1" = "$said" ] || say "$1"
  said=$1
}

# Succeeds when a letter has come and is answered.
one_round() {
  number=$(($(cat "$answered" 2>/dev/null || echo 0) + 1))
  name=$(printf %02d "$number")
  code=$(curl -s -m 30 --max-filesize 131072 -o "$letter" -w '%{http_code}' "$MAILBOX/letters/renewal-$name") || code=
  case $code in
  200) ;;
  404) return 1 ;;
  *)
    mention "No renewal from the mailbox: it answers ${code:-nothing whole}."
    return 1
    ;;
  esac
  verdict=0
  news=$(python3 -B "$tools/certificates-take.py" "$number" "$letter" "$answer" 2>&1) || verdict=$?
  if [ "$verdict" -eq 0 ] && ! is_in_force; then
    mention "Renewal $name is here: etcd is still to be started again."
    quiet=0
    return 1
  fi
  mention "Renewal $name: $news"
  case $verdict in
  0) tell "renewed-$name" ;;
  "$REFUSED") tell "refused-$name" ;;
  *) return 1 ;;
  esac
}

# Whom to believe etcd reads when it starts: its care sees to that, and until then the letter is not answered.
is_in_force() {
  [ -e "$STATE/etcd-believes" ] || return 0
  cmp -s "$ETC/pki/etcd-ca.crt" "$STATE/etcd-believes"
}

# NAME: what was not told is done and told again.
tell() {
  code=$(curl -s -m 30 -o /dev/null -w '%{http_code}' -X PUT -H Expect: --data-binary "@$answer" "$MAILBOX/letters/$1") || :
  case $code in
  201 | 409) echo "$number" | write_file "$answered" ;;
  *)
    mention "The mailbox does not take the letter $1: it answers ${code:-nothing}."
    return 1
    ;;
  esac
}

# Never all machines in one moment.
pause() {
  usual=$([ "$quiet" -lt "$QUIET" ] && echo "$OFTEN" || echo "$SELDOM")
  spread=$(od -An -N2 -tu2 /dev/urandom)
  sleep $((usual / 2 + usual * spread / 65536))
}

if [ "${1-}" = once ]; then
  while one_round; do :; done
  exit 0
fi
while :; do
  quiet=$((quiet + 1))
  while one_round; do quiet=0; done
  pause
done
