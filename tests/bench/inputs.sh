#!/bin/sh
# inputs.sh BINARY DEMO [ROUNDS]: 324 pictures through the demo's network with one thread and with all, in turns; the best of each and
# their ratio. Small networks run across inputs (lrpscope/lanes.h): on two cores it should be 1.5 at least.
set -eu
binary=$1 demo=$2 rounds=${3:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pictures=""
for i in $(seq 54); do pictures="$pictures $(echo "$demo"/*.png)"; done
seconds() { # the least of what was measured so far and this
    start=$(date +%s%N)
    rm -rf "$work/out"
    # shellcheck disable=SC2086
    "$binary" $2 "$demo/vgg.onnx" $pictures --threads "$1" $3 >/dev/null
    end=$(date +%s%N)
    echo $(((end - start) / 1000))
}
least() { sort -n "$1" | head -1; }
for round in $(seq "$rounds"); do
    for threads in 1 "$(nproc)"; do
        seconds "$threads" explain "" >>"$work/explain-$threads"
        seconds "$threads" explain "--output-dir $work/out" >>"$work/files-$threads"
        seconds "$threads" run "" >>"$work/run-$threads"
    done
done
for what in explain files run; do
    echo "$what $(least "$work/$what-1") $(least "$work/$what-$(nproc)")" |
        awk '{printf "%-8s one thread %.3f s, all %.3f s, ratio %.2f\n", $1, $2 / 1e6, $3 / 1e6, $2 / $3}'
done
