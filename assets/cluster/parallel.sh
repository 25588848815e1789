#!/bin/sh
# parallel.sh N MODEL SOURCE... --output-dir D OPTIONS: explains many inputs by GNU parallel: N shards, as many at a time as there
# are cores, each on one thread; then merges.
#   sh parallel.sh 8 model.onnx pictures --output-dir results --scale 1/255
# Run again, it goes on with what is missing. Options of parallel (other machines: --sshloginfile) come from PARALLEL, further
# options of merge from LRPSCOPE_MERGE.
set -eu
LRPSCOPE=${LRPSCOPE:-lrpscope}
shards=$1
shift
folder= last=
for word do
    [ "$last" = --output-dir ] && folder=$word
    last=$word
done
[ -n "$folder" ] || { echo "parallel.sh: --output-dir D says where results go" >&2; exit 2; }
# a task fails for bad inputs, too: what counts is whether merge finds all shards finished
seq 0 $((shards - 1)) | parallel -q "$LRPSCOPE" batch "$@" --threads 1 --resume --shard "{}/$shards" || true
# shellcheck disable=SC2086 # options are words
exec "$LRPSCOPE" merge "$folder" ${LRPSCOPE_MERGE:-}
