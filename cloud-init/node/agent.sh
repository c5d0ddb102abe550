#!/bin/sh
# The agent of a node. It makes the machine's keys and says hello with their public halves, waits for the welcome that
# tells what the machine is to become, and then runs stage after stage, each reported when it is done, or as failed.
# What was done and what was said is noted on the disk: whenever it is started it does what is missing, and at every boot
# all stages again. So it may be killed at any moment, and run by hand: sudo systemctl restart bootstrap-node
set -eu
umask 077
here=$(cd "${0%/*}" && pwd -P)
# shellcheck source=lib.sh
. "$here/lib.sh"
load_settings
box=$(cat "$ROOT/var/lib/cloud/data/instance-id")
purposes=$(sed -n "s/^$ROLE //p" "$here/purposes")
about="\"format\":$FORMAT,\"box\":\"$box\""
sent=$STATE/sent

# ---- Letters: each is posted once, and never changed ----

# NAME BODY: until it is there. 409: it is there already.
post() {
  [ ! -e "$sent/$1" ] || return 0
  until_done put "$1" "$2"
  : >"$sent/$1"
  sync "$sent/$1" "$sent"
  say "$1: sent"
}

put() {
  code=$(printf %s "$2" | python3 -BS "$here/ask-mailbox.py" put "letters/$1") || true
  case $code in 201 | 409) return ;; esac
  say "$1: answer $code, trying again"
  return 1
}

# LENGTH: lines as they may stand in quotes in JSON, none longer.
plain() {
  tr '\t' ' ' | tr -cd '\n -~' | cut -c "1-$1" | sed 's/[\\"]/\\&/g'
}

# LETTER STAGE REASON [LOG [REMEDY]]: what failed, and what its log said last.
report_failure() {
  reason=$(printf %s "$3" | tr '\n' ' ' | plain 1000)
  lines=$(tail -n 50 "${4:-/dev/null}" | plain 500 | sed 's/.*/"&"/' | paste -s -d , -)
  post "$1" "{$about,\"stage\":\"$2\",\"reason\":\"$reason${5:+ $5}\",\"lastLines\":[$lines]}"
}

# STAGE REASON [LOG [REMEDY]]: says so, and is done for good.
give_up() {
  report_failure failed "$@"
  exit 0
}

# ---- Who this machine is ----

# The disk of another machine, copied: that one's keys, secrets and data are not this one's.
forget_other_machine() {
  say "This disk was that of the machine $(cat "$ETC/box"): everything of it is made anew."
  (cd "$UNITS" && ls -d bootstrap-*.*) 2>/dev/null | grep -vx 'bootstrap-\(node\|identity\)\.service' | xargs -r systemctl disable --now
  rm -rf "$STATE" "$ETC/secrets" "$ETC/pki" "$ETC/kubernetes" "$ETC/node.env" "$ETC/assets" "$ETC/stages" "$ETC/welcomed"
  rm -rf --one-file-system "$ROOT/var/lib/kubelet" "$ROOT/var/lib/containerd"
  rm -f "$ETC"/overlay.* "$ETC/box"
}

# /opt/bootstrap/node is these scripts, whichever version they are.
name_these_scripts() {
  [ "$(readlink "$OPT/node")" = "${here##*/}" ] && return
  ln -sfn "${here##*/}" "$OPT/node.new"
  mv -Tf "$OPT/node.new" "$OPT/node"
}

# ---- Keys: each is made once, and is on the disk before anybody hears of it; its private half never leaves it ----

make_overlay_key() {
  [ ! -s "$ETC/overlay.pub" ] || return 0
  openssl genpkey -algorithm X25519 -outform DER -out "$RUN/key"
  raw <"$RUN/key" | write_file "$ETC/overlay.key" 0600
  openssl pkey -inform DER -in "$RUN/key" -pubout -outform DER -out "$RUN/key.pub"
  raw <"$RUN/key.pub" | write_file "$ETC/overlay.pub"
  rm "$RUN/key" "$RUN/key.pub"
}

# Each form of a key ends with the key itself.
raw() {
  tail -c 32 | base64
}

# For each purpose a key, and with it a request in the name of the box and for nothing else. A key that is there has its request.
make_keys() {
  draft=$ETC/pki/.draft
  rm -rf "$draft"
  mkdir "$draft"
  for purpose in $purposes; do
    [ ! -s "$ETC/pki/$purpose.key" ] || continue
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout "$draft/$purpose.key" \
      -config "$here/request.conf" -subj "/CN=$box" -out "$draft/$purpose.csr" 2>"$RUN/openssl" || fail "$(cat "$RUN/openssl")"
  done
  if [ -n "$(ls "$draft")" ]; then
    sync "$draft"/*
    mv -f "$draft"/*.csr "$ETC/pki"
    mv -f "$draft"/*.key "$ETC/pki"
    sync "$ETC/pki"
  fi
  rmdir "$draft"
}

say_hello() {
  [ ! -e "$sent/hello" ] || return 0
  requests=
  for purpose in $purposes; do
    requests="$requests${requests:+,}\"$purpose\":\"$(awk '{ printf "%s\\n", $0 }' "$ETC/pki/$purpose.csr")\""
  done
  # cloud-init makes the host's key.
  host=$ROOT/etc/ssh/ssh_host_ed25519_key.pub
  until [ -s "$host" ]; do sleep 1; done
  read -r type key _ <"$host"
  keys="\"sshHost\":\"$type $key\",\"overlay\":\"$(cat "$ETC/overlay.pub")\""
  post hello "{$about,\"keys\":{$keys},\"requests\":{$requests}}"
}

# ---- The welcome: it holds secrets, and is on the disk only as what it becomes ----

await_welcome() {
  [ ! -e "$ETC/welcomed" ] || return 0
  say "welcome: awaited"
  python3 -BS "$here/ask-mailbox.py" await letters/welcome "$RUN/welcome"
  python3 "$here/unpack-welcome.py" "$ETC" <"$RUN/welcome" 2>"$RUN/refusal" ||
    give_up welcome "The welcome cannot be used: $(tail -n 1 "$RUN/refusal")"
  rm "$RUN/welcome"
  : | write_file "$ETC/welcomed"
  say "welcome: here"
}

# ---- Stages ----

# Those reported before are run again too: after a reboot they put back what it took. Only a stage that was never done
# can give the machine up; any other is tried again, for the node was ready once.
run_stages() {
  began=0
  number=0
  while read -r stage <&3; do
    number=$((number + 1))
    letter=$(printf 'stage-%02d-%s' "$number" "$stage")
    "$here/run-stage" "$stage" 3<&- || stage_failed "$stage" "$letter" "$?"
    now=$(uptime_ms)
    post "$letter" "{$about,\"stage\":\"$stage\",\"tookMs\":$((now - began))}"
    began=$now
  done 3<"$ETC/stages"
}

# STAGE LETTER CODE
stage_failed() {
  why=$(cat "$RUN/reason" 2>/dev/null) || why="It ended with code $3."
  if [ -e "$sent/$2" ]; then
    [ -z "$updating" ] || report_failure "halted-$updating" "$1" "$why" "$LOGS/$1.log"
    say "$1: it was done before and fails now, with code $3; trying again"
    exit 1
  fi
  give_up "$1" "$why" "$LOGS/$1.log" "To run it again on the machine: sudo /opt/bootstrap/node/run-stage $1"
}

# ---- Updates: what is to run from now on is here and checked before anything of it is put in its place ----

# What was begun is not given up: at every start of the machine it is gone on with, until all stages have been passed with it.
begin_update() {
  updating=
  [ -s "$STATE/update" ] || return 0
  read -r updating <"$STATE/update"
  if [ -e "$sent/updated-$updating" ]; then
    updating=
    return
  fi
  say "update $updating: begun"
  mkdir -p "$STATE/assets" "$OPT/installed"
  rm -f "$RUN/reason"
  code=0
  sed 1d "$STATE/update" | REASON_FILE="$RUN/reason" FETCH_ONLY=yes xargs -r -n 3 -P 4 "$here/fetch-asset.sh" \
    >"$LOGS/update.log" 2>&1 || code=$?
  if [ "$code" -ne 0 ]; then
    why=$(cat "$RUN/reason" 2>/dev/null) || why="Fetching ended with code $code."
    report_failure "halted-$updating" packages "$why" "$LOGS/update.log"
    updating=
    return
  fi
  sed 1d "$STATE/update" | write_file "$ETC/assets"
}

end_update() {
  [ -z "$updating" ] || post "updated-$updating" "{$about}"
}

# ---- The run ----

mkdir -p "$RUN"
# One at a time; what it starts does not hold the lock.
exec 9>"$RUN/agent.lock"
flock -n 9 || { say "Another agent is at work: waiting for it." && flock 9; }
[ ! -e "$ETC/box" ] || [ "$box" = "$(cat "$ETC/box")" ] || forget_other_machine
mkdir -p "$sent" "$ETC/pki" "$LOGS" "$UNITS"
chmod 0755 "$ETC" "$ETC/pki" "$STATE" "$LOGS" "$OPT"
[ -e "$ETC/box" ] || echo "$box" | write_file "$ETC/box"
name_these_scripts
if [ -e "$sent/failed" ]; then
  say "It has failed for good: another machine takes its place."
  exit 0
fi
# All other units require it.
place_unit bootstrap-identity.service
[ -z "$MAILBOX_SOCKET" ] || install_unit bootstrap-mailbox.service
make_overlay_key
make_keys
say_hello
await_welcome
begin_update
run_stages
end_update
if ls "$ETC/pki"/*.crt >/dev/null 2>&1; then install_unit bootstrap-certificates.service; fi
[ ! -s "$ETC/assets" ] || install_unit bootstrap-updates.service
say "All stages are done."
