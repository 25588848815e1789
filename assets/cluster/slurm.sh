#!/bin/sh
# slurm.sh N MODEL SOURCE... -- OPTIONS: explains many inputs in an array of N tasks, and merges when all are done.
#   sh slurm.sh 8 model.onnx pictures -- --output-dir results --scale 1/255
# A task that is killed or requeued goes on where it stopped. Options of sbatch come from SBATCH_... variables.
set -eu
LRPSCOPE=${LRPSCOPE:-lrpscope}
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    exec "$LRPSCOPE" batch "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --resume
fi
n=$1
shift
before= after= folder= last=
for word do # what stands in front of -- and behind it is one line for lrpscope
    [ "$word" = -- ] && continue
    [ "$last" = --output-dir ] && folder=$word
    last=$word
done
[ -n "$folder" ] || { echo "slurm.sh: --output-dir D says where results go" >&2; exit 2; }
i=$#
while [ "$i" -gt 0 ]; do # drop the --
    word=$1
    shift
    [ "$word" = -- ] || set -- "$@" "$word"
    i=$((i - 1))
done
job=$(sbatch --parsable --array=0-$((n - 1)) --requeue --export=ALL,LRPSCOPE="$LRPSCOPE" "$0" "$@")
sbatch --parsable --dependency=afterok:"$job" --wrap "'$LRPSCOPE' merge '$folder'"
