#!/bin/sh
# Export, train, evaluate, gate, publish, promote: one new model from the store, for cron or by hand. See --help.
set -eu
usage() {
  cat <<'USAGE'
Usage: training/retrain.sh --store FILE --models DIR [--config FILE] [--server ADDR] [options]
  --store FILE    the server's SQLite store; it is read while the server serves
  --models DIR    where artifacts are published, as the server's models.directory has it
  --config FILE   the server's configuration; its surfaces name the operators
  --server ADDR   of the server that is told to promote (127.0.0.1:8470); with the token of COFILTER_TOKEN_FILE, by
                  default the operator.token that a server keeps beside its store
  --work DIR      for the export, the twins and the lock (DIR of --models, plus .retrain)
  --split KIND    what the gate judges by: leave-last-out, each member's latest event (the default), or time, the
                  latest --share of all events (0.1)
  --least-members N  with fewer members to ask, the gate keeps what is in service (30)
  --keep N        artifacts to keep, besides the one in service (5)
  --seed N        of the training (1)
  --no-promote    publish, but promote nothing
  --no-gate       promote whatever was trained
How it decides: the latest events are cut off the log. A twin of the candidate learns from what is before the cut and chooses its
parameters there; a twin of the model in service learns from the same part with the parameters of that model. Both are asked
about what was cut off, which neither has seen. If the gate accepts the candidate's twin, the candidate is trained on the whole log
with the twin's parameters, published and promoted. Without a model in service the twin has to be as good as popularity.
Where nobody can be asked and nothing is in service, the candidate is published without a gate, and a line says so.
Programs are taken from PATH. Exit status: 0 promoted (or published, with --no-promote); 2 wrong flag; 3 refused by the gate, the
model in service stays; 4 another retrain.sh holds the lock; 5 export failed; 6 training failed; 7 evaluation failed; 8 promoting failed.
USAGE
}
store= models= config= server=127.0.0.1:8470 work= split=leave-last-out share=0.1 least=30 keep=5 seed=1 promote=yes gate=yes
while [ $# -gt 0 ]; do
  case "$1" in
    -h|--help) usage; exit 0 ;;
    --no-promote) promote=no; shift; continue ;;
    --no-gate) gate=no; shift; continue ;;
    --store|--models|--config|--server|--work|--split|--share|--least-members|--keep|--seed)
      [ $# -ge 2 ] || { echo "retrain: $1 has no value" >&2; exit 2; } ;;
    *) echo "retrain: $1 is no flag; see --help" >&2; exit 2 ;;
  esac
  case "$1" in
    --store) store=$2 ;; --models) models=$2 ;; --config) config=$2 ;; --server) server=$2 ;;
    --work) work=$2 ;; --split) split=$2 ;; --share) share=$2 ;; --least-members) least=$2 ;; --keep) keep=$2 ;; --seed) seed=$2 ;;
  esac
  shift 2
done
[ -n "$store" ] || { echo "retrain: --store is missing; see --help" >&2; exit 2; }
[ -n "$models" ] || { echo "retrain: --models is missing; see --help" >&2; exit 2; }
case "$keep" in ''|*[!0-9]*) echo "retrain: --keep is $keep; right: a number" >&2; exit 2 ;; esac
work=${work:-$models.retrain}
# The server keeps its operator's token beside the store.
if [ -z "${COFILTER_TOKEN:-}${COFILTER_TOKEN_FILE:-}" ] && [ -r "$(dirname "$store")/operator.token" ]; then
  export COFILTER_TOKEN_FILE="$(dirname "$store")/operator.token"
fi
mkdir -p "$models" "$work"

log() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) retrain: $*"; }
fail() { code=$1; shift; log "$*" >&2; exit "$code"; }

# The lock goes with this process, however it ends.
exec 9>"$work/lock"
flock -n 9 || fail 4 "another retrain.sh is at work ($work/lock)"
# What a trainer that was killed while publishing left behind.
find "$models" -maxdepth 1 -name '.publishing-*' -mmin +1440 -exec rm -rf {} +

organisation=
[ -z "$config" ] || organisation=$(sed -n 's/^organisation *= *"\([^"]*\)".*/\1/p' "$config" | head -n 1)

export_dir=$work/export twins=$work/twins
rm -rf "$export_dir" "$twins"
log "exporting $store"
cofilter export --store "$store" --out "$export_dir" ${organisation:+--organisation "$organisation"} >"$work/export.log" 2>&1 ||
  fail 5 "the export failed: $(tail -n 1 "$work/export.log")"
set -- --events "$export_dir/events" --quiet --seed "$seed"
[ ! -f "$export_dir/items.jsonl" ] || set -- "$@" --items "$export_dir/items.jsonl"
[ -z "$config" ] || set -- "$@" --config "$config"

# "should be served: 3, before it: 2": empty where there is no such version, or no server to ask.
ask_deployment() {
  deployment=$(cofilter models list --server "$server" 2>/dev/null | head -n 1 || true)
  current=$(echo "$deployment" | sed -n 's/^should be served: \([0-9][0-9]*\).*/\1/p')
  previous=$(echo "$deployment" | sed -n 's/.*before it: \([0-9][0-9]*\).*/\1/p')
}
ask_deployment
case "$gate$promote$deployment" in
  yesyes) fail 8 "$server does not answer: what is in service, which the gate compares with, is unknown" ;;
esac

parameters=
if [ "$gate" = yes ]; then
  if cofilter-train "$@" --models "$twins/candidate" --split "$split" --share "$share" >"$work/twin.log" 2>&1; then
    parameters=$twins/candidate/1.report.json
    against=
    # A model without a report, or of other operators, cannot have a twin.
    if [ -n "$current" ] && [ -f "$models/$current.report.json" ]; then
      if cofilter-train "$@" --models "$twins/current" --split "$split" --share "$share" --no-search \
           --parameters "$models/$current.report.json" >"$work/current.log" 2>&1 &&
         cofilter-evaluate "$@" --models "$twins/current" --split "$split" --share "$share" \
           --out "$work/current.json" >>"$work/current.log" 2>&1; then
        against=$work/current.json
      else
        log "version $current has no twin: $(tail -n 1 "$work/current.log")"
      fi
    fi
    status=0
    cofilter-evaluate "$@" --models "$twins/candidate" --split "$split" --share "$share" --baseline popularity \
      --gate --least-members "$least" ${against:+--gate-against "$against"} --out "$work/candidate.json" >"$work/gate.log" 2>&1 || status=$?
    sed 's/^/  /' "$work/gate.log"
    case "$status" in
      0) log "the gate accepts" ;;
      3) fail 3 "the gate refuses; ${current:+version $current stays in service}" ;;
      4) [ -z "$current" ] || fail 3 "nobody could be asked; version $current stays in service"
         log "no gate: $(tail -n 1 "$work/gate.log")" ;;
      *) fail 7 "the evaluation failed: $(tail -n 1 "$work/gate.log")" ;;
    esac
  else
    fail 6 "the training failed: $(tail -n 1 "$work/twin.log")"
  fi
fi

log "training"
cofilter-train "$@" --models "$models" ${parameters:+--parameters "$parameters" --no-search} >"$work/train.log" 2>&1 ||
  fail 6 "the training failed: $(tail -n 1 "$work/train.log")"
version=$(sed -n '1s|.*/\([0-9][0-9]*\): .*|\1|p' "$work/train.log")
[ -n "$version" ] || fail 6 "the training published nothing: $(head -n 1 "$work/train.log")"
log "published $(head -n 1 "$work/train.log")"

if [ "$promote" = yes ]; then
  cofilter models promote "$version" --server "$server" --reason "retrain.sh" >"$work/promote.log" 2>&1 ||
    fail 8 "promoting version $version failed: $(tail -n 1 "$work/promote.log")"
  log "promoted version $version"
fi

# The oldest go, but never the one in service, nor the one before it, which a roll-back returns to. Both may
# have changed meanwhile; where they cannot be told, nothing goes.
ask_deployment
case "$deployment" in
  "should be served: "*) ;;
  *) log "$server does not say what it serves: nothing is removed"; exit 0 ;;
esac
ls "$models" | grep -E '^[0-9]+$' | sort -rn | tail -n +"$((keep + 1))" | while read -r old; do
  [ "$old" = "$current" ] || [ "$old" = "$previous" ] || { rm -rf "${models:?}/$old" "$models/$old.report.json"; log "removed version $old"; }
done
