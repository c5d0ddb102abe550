# shellcheck shell=sh
# What the scripts of a node share. A script that wants it begins with: . "${0%/*}/lib.sh" (a stage: "${0%/*}/../lib.sh").
#
# Everything a script touches lies under $ROOT: empty on a machine, a folder where the scripts are tried out.
#   $ROOT/etc/bootstrap/settings         what the machine was launched with: FORMAT BUNDLE ROLE, MAILBOX or BUCKET…
#   $ROOT/etc/bootstrap/node.env         the settings of its welcome: NODE ROLE REGION ZONE OVERLAY_ADDRESS …
#   $ROOT/etc/bootstrap/overlay.key      its own key in the overlay, as wg takes it; 0600
#   $ROOT/etc/bootstrap/pki/NAME.key     its own keys, 0600; with NAME.crt, and NAME-ca.crt whom it is to believe
#   $ROOT/etc/bootstrap/kubernetes/      how the programs of Kubernetes are to work, as the stages have written it
#   $ROOT/etc/bootstrap/secrets/NAME     0600
#   $ROOT/opt/bootstrap/node/            these scripts
#   $ROOT/opt/bootstrap/bin/             programs, of which each was checked against its digest
#   $ROOT/var/lib/bootstrap/images/      images of containers, likewise
#   $ROOT/var/lib/bootstrap/             what is kept
#   $ROOT/run/bootstrap/                 what is not kept over a reboot
#   $ROOT/var/log/bootstrap/STAGE.log    what the last run of a stage said; STAGE.log.1 is the run before it
# shellcheck disable=SC2034  # Not every script needs them all.

export LC_ALL=C
# Of units that are new systemctl says each time that all should be read anew: they need not be.
export SYSTEMD_LOG_LEVEL=err
ROOT=${BOOTSTRAP_ROOT-}
ETC=$ROOT/etc/bootstrap
OPT=$ROOT/opt/bootstrap
STATE=$ROOT/var/lib/bootstrap
RUN=$ROOT/run/bootstrap
LOGS=$ROOT/var/log/bootstrap
UNITS=$ROOT/etc/systemd/system
PATH=$OPT/bin:$PATH
export PATH

# Exports the settings of the launch, and those of the welcome when it has come. run-stage does so for every stage;
# a service that does not come from there has to call it.
load_settings() {
  set -a
  # shellcheck source=/dev/null
  . "$ETC/settings"
  # shellcheck source=/dev/null
  [ ! -e "$ETC/node.env" ] || . "$ETC/node.env"
  # A bucket is behind the door of this machine.
  MAILBOX_SOCKET=${BUCKET:+$RUN/mailbox.sock}
  [ -z "$MAILBOX_SOCKET" ] || MAILBOX=http://mailbox
  set +a
}

say() {
  printf '%s\n' "$*"
}

# SENTENCE: ends the script as failed. In a stage the sentence is the reason that the operator reads first.
fail() {
  say "$*" >&2
  [ -z "${REASON_FILE-}" ] || printf '%s\n' "$*" >"$REASON_FILE"
  exit 1
}

# FILE [MODE]: takes what is said to it as the file's content, which is there whole and durable or not at all.
write_file() {
  write_draft=$(mktemp "${1%/*}/.${1##*/}.XXXXXX")
  cat >"$write_draft"
  chmod "${2:-0644}" "$write_draft"
  sync "$write_draft"
  mv -f "$write_draft" "$1"
  sync "${1%/*}"
}

# FILE [MODE]: as write_file, but leaves a file alone that says the same already. Answers whether it was changed.
change_file() {
  mkdir -p "$RUN"
  change_draft=$(mktemp "$RUN/change.XXXXXX")
  cat >"$change_draft"
  if cmp -s "$change_draft" "$1"; then
    rm -f "$change_draft"
    return 1
  fi
  write_file "$1" "${2:-0644}" <"$change_draft"
  rm -f "$change_draft"
}

# Milliseconds since the machine was started.
uptime_ms() {
  awk '{ printf "%d", $1 * 1000 }' "$ROOT/proc/uptime"
}

# PROGRAM ARGUMENT...: again and again until it succeeds, with longer and longer pauses, 15 seconds at most.
until_done() {
  done_pause=1
  until "$@"; do
    sleep "$done_pause"
    done_pause=$((done_pause < 8 ? done_pause * 2 : 15))
  done
}

# NAME...: units that came with these scripts, such as bootstrap-etcd.service, are installed, and start now and at every
# boot. One that runs already is left running, also when its file has changed: whoever needs that restarts it.
# To read all units anew takes a small machine many seconds, and one that is new systemd reads by itself: so they are only
# when one has changed.
install_unit() {
  place_unit "$@"
  for install_name in "$@"; do
    [ -e "$UNITS/multi-user.target.wants/$install_name" ] || systemctl enable --no-reload "$install_name"
  done
  systemctl start "$@"
}

# NAME...: the same without starting anything, for what another unit starts.
place_unit() {
  place_changed=
  for place_name in "$@"; do
    place_source=$OPT/node/units/$place_name
    [ -e "$place_source" ] || fail "These scripts have no unit $place_name."
    cmp -s "$place_source" "$UNITS/$place_name" && continue
    [ ! -e "$UNITS/$place_name" ] || place_changed=yes
    write_file "$UNITS/$place_name" <"$place_source"
  done
  [ -z "$place_changed" ] || systemctl daemon-reload
}
