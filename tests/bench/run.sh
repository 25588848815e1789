#!/bin/sh
# run.sh: makes the networks (tests/bench/make_models.py) and measures them. Options go to the benchmark: sh tests/bench/run.sh --repeat 9
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=${LRPSCOPE_BENCH:-${TMPDIR:-/tmp}/lrpscope-bench}
if [ ! -x "$build/tests/measure" ] || [ ! -x "$build/lrpscope" ]; then
    echo "run.sh: $build/tests/measure is missing; build first: cmake -S . -B build && cmake --build build" >&2
    exit 1
fi
if ! /usr/bin/python3 -c 'import onnx' 2>/dev/null; then
    echo "run.sh: python3-onnx is missing (apt-get install python3-onnx)" >&2
    exit 1
fi
/usr/bin/python3 tests/bench/make_models.py "$folder"
nproc | sed 's/^/cores: /'
# as the binary sets it for itself
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-3000}" GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}"
for model in vgg16 resnet50 mobilenet_v2; do
    "$build/tests/measure" "$folder/$model.onnx" "$folder/input.npy" --cold "$build/lrpscope" "$@"
done
# a graph of 20,000 nodes, only opened
[ -f "$folder/chain.onnx" ] || /usr/bin/python3 tests/bench/make_chain.py "$folder/chain.onnx" 18500
"$build/tests/measure" "$folder/chain.onnx" "$@"
[ ! -x "$build/tests/operators" ] || "$build/tests/operators" "$@"
[ ! -x "$build/tests/integers" ] || "$build/tests/integers" "$@"
# forward passes against what their primitives take alone
for model in vgg16 resnet50 mobilenet_v2; do
    [ ! -x "$build/tests/primitives" ] || "$build/tests/primitives" "$folder/$model.onnx" "$folder/input.npy" "$@"
done
# transformers: passes against their matrix products, cold against warm, memory
if [ -x "$build/tests/attention" ]; then
    /usr/bin/python3 tests/bench/make_transformers.py "$folder"
    for model in vit_b16 bert_base gpt2_small llama_160m gpt2_small_fp16 llama_160m_fp16 llama_160m_4bit; do
        case $model in vit*) input=$folder/input.npy ;; *) input=$folder/tokens.npy ;; esac
        "$build/tests/attention" "$build/lrpscope" "$folder/$model.onnx" "$input" "$@"
    done
fi
# keys while a model computes, and cancelling: through a pseudo-terminal
if [ -x "$build/tests/latency" ]; then
    state=$(mktemp -d)
    trap 'rm -rf "$state"' EXIT
    XDG_STATE_HOME=$state "$build/tests/latency" "$build/lrpscope" "$folder/vgg16.onnx" "$folder/input.npy"
fi
