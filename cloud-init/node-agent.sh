#!/bin/sh
# The agent of a node. It says hello with the public halves of the machine's keys, then reports each stage in turn, or the
# one that failed. What it has said is noted, so that it does again only what is missing, whenever it is started.
# It travels in the user-data, without these comments: it has to stay short, and nothing in it may span lines in quotes.
set -u
umask 077
export LC_ALL=C
root=${BOOTSTRAP_ROOT-}
cd "$root/etc/bootstrap" || exit 1
# FORMAT, MAILBOX and LETTERS: the names of the stages' letters, in their order.
# shellcheck source=/dev/null
. ./settings
box=$(cat "$root/var/lib/cloud/data/instance-id") || exit 1
head="{\"format\":$FORMAT,\"box\":\"$box\""

# ---- Letters ----

# NAME BODY: until it is there. 409: it is there already.
post() {
  [ ! -e "sent/$1" ] || return 0
  pause=1
  while :; do
    code=$(printf %s "$2" | curl -s -m 30 -o /dev/null -w '%{http_code}' -X PUT -H Expect: --data-binary @- "$MAILBOX/letters/$1")
    case $code in 201 | 409) break ;; esac
    echo "$1: answer $code, again in $pause s"
    sleep "$pause"
    pause=$((pause < 8 ? pause * 2 : 15))
  done
  : >"sent/$1"
  echo "$1: sent"
}

# Lines as they may stand in quotes in JSON.
plain() {
  tr '\t' ' ' | tr -cd '\n -~' | cut -c 1-500 | sed 's/[\\"]/\\&/g'
}

# STAGE REASON [LOG]: says so, and is done for good.
fail() {
  why=$(printf %s "$2" | tr '\n' ' ' | plain)
  lines=$(tail -n 50 "${3:-/dev/null}" | plain | sed 's/.*/"&"/' | paste -s -d , -)
  post failed "$head,\"stage\":\"$1\",\"reason\":\"$why\",\"lastLines\":[$lines]}"
  exit 0
}

# ---- Keys: those of the overlay are made once, and on the disk before anybody hears of them ----

# Each form of a key ends with the key itself.
raw() {
  tail -c 32 | base64
}

make_keys() {
  openssl genpkey -algorithm X25519 -outform DER -out new
  raw <new >overlay.key
  openssl pkey -inform DER -in new -pubout -outform DER | raw >new.pub
  rm new
  sync overlay.key new.pub && mv new.pub overlay.pub && sync .
}

# ---- Stages: for each a function of its name, that fails by itself ----

# The machine's first words are cloud-init's: the stage is over when it has ended without an error.
stage_network() {
  end=$root/run/cloud-init/result.json
  until [ -s "$end" ]; do
    if systemctl -q is-failed 'cloud-*'; then sleep 5 && break; fi
    sleep 1
  done
  grep -q '"errors": *\[\]' "$end" && return
  fail network "cloud-init has ended with errors: $(cat "$end")" "$root/var/log/cloud-init-output.log"
}

now() {
  awk '{ printf "%d", $1 * 1000 }' "$root/proc/uptime"
}

# ---- The run ----

# A copy of a disk is another machine, with keys of its own.
if [ "$box" != "$(cat box 2>&1)" ]; then
  rm -rf sent overlay.*
  echo "$box" >box
fi
mkdir -p sent
[ ! -e sent/failed ] || exit 0

[ -s overlay.pub ] || make_keys
[ -s overlay.pub ] || exit 1
host=$root/etc/ssh/ssh_host_ed25519_key.pub
until [ -s "$host" ]; do sleep 1; done
read -r type key _ <"$host"
post hello "$head,\"keys\":{\"sshHost\":\"$type $key\",\"overlay\":\"$(cat overlay.pub)\"}}"

began=0
for letter in $LETTERS; do
  stage=${letter#stage-??-}
  [ -e "sent/$letter" ] || "stage_$(echo "$stage" | tr - _)" || fail "$stage" 'This machine does not know the stage.'
  took=$(($(now) - began))
  began=$(now)
  post "$letter" "$head,\"stage\":\"$stage\",\"tookMs\":$took}"
done
