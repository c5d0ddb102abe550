# shellcheck shell=sh
# What the stages of Kubernetes share, beside lib.sh.

export ETC
KUBERNETES=$ETC/kubernetes
TEMPLATES=$(cd "${0%/*}/../kubernetes" && pwd -P)

# NAME FILE [MODE]: the template of that name becomes the file. @NAME@ in it stands for what the exported variable has, and
# @name@ for the secret of that name. What nobody has set ends the stage.
render() {
  render_draft=$(mktemp "$RUN/render.XXXXXX")
  # shellcheck disable=SC2016  # For awk.
  awk '{
    line = ""
    rest = $0
    while (match(rest, /@[A-Za-z_-]+@/)) {
      name = substr(rest, RSTART + 1, RLENGTH - 2)
      if (name in ENVIRON) value = ENVIRON[name]
      else if ((getline value <(ENVIRON["ETC"] "/secrets/" name)) <= 0) {
        print "There is no " name " for " FILENAME "." >"/dev/stderr"
        exit 1
      }
      line = line substr(rest, 1, RSTART - 1) value
      rest = substr(rest, RSTART + RLENGTH)
    }
    print line rest
  }' "$TEMPLATES/$1" >"$render_draft" || fail "$2 cannot be written."
  change_file "$2" "${3:-0644}" <"$render_draft" || :
  rm -f "$render_draft"
}

# PURPOSE SERVER KEY
render_kubeconfig() {
  export PURPOSE="$1" SERVER="$2" KEY="$3"
  render kubeconfig.yaml "$KUBERNETES/$1.kubeconfig"
}

# PURPOSE...: what a welcome has brought for each of them.
require_certificates() {
  for required in "$@"; do
    for file in "$required.key" "$required.crt" "$required-ca.crt"; do
      [ -s "$ETC/pki/$file" ] || fail "There is no $ETC/pki/$file."
    done
  done
}

# USER...
make_users() {
  for user in "$@"; do
    getent passwd "$user" >/dev/null || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  done
}

# UNIT FILE...: it runs, and with these files as they are now. What it was started with is noted when that is done; as long as the
# note is empty it is about to be started, and whoever is killed then starts it once more. Of a program its size and its time are
# enough, for it is replaced as a whole.
run_with() {
  run_unit=$1
  shift
  run_note=$STATE/kubernetes/$run_unit
  run_is=$(
    for run_file in "$UNITS/$run_unit" "$@"; do
      case $run_file in
      */bin/* | */sbin/*) stat -L -c '%n %s %Y' "$run_file" || exit ;;
      *) sha256sum "$run_file" || exit ;;
      esac
    done
  ) || fail "Something that $run_unit needs is not there."
  if [ ! -e "$run_note" ] || [ "$run_is" != "$(cat "$run_note")" ]; then
    # What runs already was started with something else.
    [ ! -e "$run_note" ] || systemctl try-restart "$run_unit" || unit_failed "$run_unit" "$run_unit cannot be started again."
    : >"$run_note"
    install_unit "$run_unit" || unit_failed "$run_unit" "$run_unit cannot be started."
    printf '%s\n' "$run_is" | write_file "$run_note"
  else
    install_unit "$run_unit" || unit_failed "$run_unit" "$run_unit cannot be started."
  fi
}

# UNIT PURPOSE...: notes whom it believes, which it reads when it starts, for those who start it again when that has changed.
note_belief() {
  belief_note=$STATE/kubernetes/$1.believes
  [ ! -e "$belief_note" ] || return 0
  shift
  for belief in "$@"; do cat "$ETC/pki/$belief-ca.crt"; done | write_file "$belief_note"
}

# UNIT SENTENCE: ends the stage, with what the unit said last.
unit_failed() {
  journalctl --quiet --no-pager --output cat --lines 20 --unit "$1" || :
  fail "$2"
}
