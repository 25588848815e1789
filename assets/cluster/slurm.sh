#!/bin/sh
# slurm.sh N MODEL SOURCE... --output-dir D OPTIONS: explains many inputs in an array of N tasks, and merges when all have ended.
#   sh slurm.sh 8 model.onnx pictures --output-dir results --scale 1/255
# A task that Slurm requeues goes on where it stopped; one that was killed (by a signal, or for its memory) requeues itself,
# MOST times. Bad inputs fail their task, not the merge, which names the shards that are not finished. Options of sbatch come
# from SBATCH_... variables, further options of merge from LRPSCOPE_MERGE. Prints the ids of both jobs.
set -eu
LRPSCOPE=${LRPSCOPE:-lrpscope} MOST=3
case $1 in
task)
    shards=$2
    shift 2
    code=0
    "$LRPSCOPE" batch "$@" --shard "$SLURM_ARRAY_TASK_ID/$shards" --resume || code=$?
    [ "$code" -gt 128 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "$MOST" ] && scontrol requeue "$SLURM_JOB_ID"
    exit "$code"
    ;;
merge)
    # shellcheck disable=SC2086 # options are words
    exec "$LRPSCOPE" merge "$2" ${LRPSCOPE_MERGE:-}
    ;;
esac
shards=$1
shift
folder= last=
for word do
    [ "$last" = --output-dir ] && folder=$word
    last=$word
done
[ -n "$folder" ] || { echo "slurm.sh: --output-dir D says where results go" >&2; exit 2; }
export LRPSCOPE
job=$(sbatch --parsable --array=0-$((shards - 1)) --requeue --open-mode=append "$0" task "$shards" "$@")
echo "$job"
sbatch --parsable --dependency=afterany:"$job" "$0" merge "$folder"
