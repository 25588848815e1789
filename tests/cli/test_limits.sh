#!/bin/sh
# test_limits.sh BINARY: every limit of the readers that README names, at the number that README gives: one line that says which, exit
# code 3 (4 for --memory).
binary=$1
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -x "$binary" ]; then echo "usage: test_limits.sh BINARY"; exit 2; fi
case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
if ! command -v python3 >/dev/null; then echo "python3 is missing: skipped"; exit 77; fi
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
python3 "$here/make_limits.py" "$here/../../README.md" "$folder" && cd "$folder" && . ./numbers.sh || exit 2
failures=0 checks=0

fail() { failures=$((failures + 1)); echo "FAILED: $*"; }
# bad CODE TEXT ARGUMENT...: that exit code, one line on stderr with TEXT, nothing on stdout
bad() {
    want=$1 text=$2
    shift 2
    checks=$((checks + 1))
    "$binary" "$@" <"${input:-/dev/null}" >out 2>err
    code=$?
    [ $code = "$want" ] || fail "exit $code, not $want: $*"
    [ "$(wc -l <err)" -eq 1 ] || fail "$(wc -l <err) lines on stderr: $*: $(cat err)"
    grep -qF -e "$text" err || fail "'$text' is not in: $(cat err)"
    [ -s out ] && fail "something on stdout: $*"
}

bad 3 "dimensions.onnx: tensor w: has more than $dimensions dimensions" layers dimensions.onnx
bad 3 "dimensions.npy: damaged shape in the .npy header (or more than $dimensions dimensions)" run model.onnx dimensions.npy
bad 3 "elements.onnx: tensor w: 16777216x$((elements / 16777216 + 1)) is too large" layers elements.onnx
bad 3 "subgraphs are nested more than $subgraphs deep" layers subgraphs.onnx
bad 3 "functions call each other more than $functions deep" layers functions.onnx
bad 3 "take more than $written_out bytes" layers written_out.onnx
bad 3 "sparse.onnx: sparse tensor w: too large to be written out densely (more than $sparse bytes)" layers sparse.onnx
bad 3 "nested.json: line 1: nested more than $nesting deep" rules --rules nested.json
bad 3 "long.json: $((json + 2)) bytes are too many for a JSON file" rules --rules long.json
bad 3 "(chain): nested more than $containers deep" layers deep.json
bad 3 "layers.json: layer $((layers + 1)) (identity): more than $layers layers" layers layers.json
bad 3 "rules.json:1:33: \"custom_rules\": more than $rules rules" rules --rules rules.json
bad 3 "side.pgm: a picture of $((side + 1)) x 1 pixels is too large" run model.onnx side.pgm
bad 3 "pixels.pgm: a picture of $side x $((pixels / side + 1)) pixels is too large" run model.onnx pixels.pgm
printf '\223NUMPY\001\000v\000%-117s\n\0\0\0\0' "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}" >one.npy
# devices never end: they are refused before they take the memory of a pipe's limit, wherever they are named (of 400 MB; a sanitizer takes
# more addresses by itself)
limit=400000
[ -n "$LRPSCOPE_SANITIZED" ] && limit=unlimited
for device in "layers /dev/zero" "run model.onnx /dev/zero" "explain model.onnx one.npy --labels /dev/zero" \
    "explain model.onnx one.npy --rules /dev/zero" "batch model.onnx --output-dir never --inputs /dev/zero" \
    "batch model.onnx --output-dir never -0 --inputs /dev/urandom"; do
    (ulimit -v $limit; timeout 60 "$binary" $device </dev/null >out 2>err)
    code=$?; checks=$((checks + 1))
    [ $code = 3 ] || fail "exit $code, not 3: $device: $(head -c 300 err)"
    grep -q "it goes on beyond what is read\|is longer than" err || fail "$device: $(head -c 300 err)"
done
input=endless bad 3 "standard input is too long (more than $stdin bytes)" run model.onnx -
"$binary" layers fewer_functions.onnx >out 2>err || fail "within the limits: exit $?: $(cat err)"
bad 4 "--memory 1 is too small" run model.onnx one.npy --memory 1
# 2^0 + ... + 2^46 numbers; were they not refused they would take all the memory there is
bad 4 "the activations take 562949953421308 bytes, this process has" run doubled.onnx one.npy
# and of relevance, which goes once it was handed on, 2^46 + 2^45
bad 4 "the activations and relevances take 985162418487292 bytes, this process has" explain doubled.onnx one.npy --composite zero
"$binary" run model.onnx one.npy >out 2>err || fail "within the limits: exit $?: $(cat err)"

echo "$checks runs, $failures failures"
[ $failures = 0 ]
