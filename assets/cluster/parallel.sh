#!/bin/sh
# parallel.sh N MODEL SOURCE... --output-dir D OPTIONS: the same by GNU parallel on this machine: N shards, as many at a time as
# there are cores, each on one thread; then merged. Run again, it goes on with what is missing.
set -eu
LRPSCOPE=${LRPSCOPE:-lrpscope}
n=$1
shift
folder= last=
for word do
    [ "$last" = --output-dir ] && folder=$word
    last=$word
done
seq 0 $((n - 1)) | parallel --halt soon,fail=1 "$LRPSCOPE" batch "$@" --threads 1 --resume --shard {}/"$n"
exec "$LRPSCOPE" merge "$folder"
