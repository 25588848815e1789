#!/bin/sh
# Builds the portable binary (cmake --preset portable) and tries it where there is nothing else: in an empty folder as root, with
# a model and a picture. Its numbers are compared with those of an ordinary build, if there is one in build/.
# portable.sh [BUILD_FOLDER]: build-portable
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build-portable}
work=$(mktemp -d)
socket=lrpscope-portable-$$
trap 'tmux -L $socket kill-server 2>/dev/null || :; rm -rf "$work"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}
cd "$root"
{ cmake --preset portable -B "$build" && cmake --build "$build" --parallel "$(nproc)"; } >"$work/log" 2>&1 || {
    tail -40 "$work/log"
    fail "it does not build"
}
binary=$build/lrpscope
! readelf -lW "$binary" | grep -q INTERP || fail "it wants a loader"
! readelf -dW "$binary" | grep -q NEEDED || fail "it wants libraries"

# ---- an empty world ----
empty=$work/empty
mkdir "$empty"
cp "$binary" assets/demo/vgg.onnx assets/demo/boot.png assets/demo/labels.txt "$empty"
: >"$empty/plugin.so"
if [ "$(id -u)" = 0 ]; then
    inside="chroot $empty"
elif unshare -r true 2>/dev/null; then
    inside="unshare -r chroot $empty"
else
    echo "neither root nor user namespaces: not tried in an empty root"
    exit 77
fi
settings="--labels labels.txt --scale 1/255 --mean 0.2860 --std 0.3530"
run() { # run CODE ARGUMENT...: output in $work/out and err
    want=$1 code=0
    shift
    $inside /lrpscope "$@" >"$work/out" 2>"$work/err" || code=$?
    [ "$code" = "$want" ] || fail "exit $code, not $want: lrpscope $*: $(cat "$work/err")"
}
run 0 --version
cat "$work/out"
run 0 check vgg.onnx
run 0 explain vgg.onnx boot.png $settings --relevance portable.npy --heatmap portable.png
grep -q 'target 9 boot' "$work/out" || fail "the boot is taken for something else: $(cat "$work/out")"
run 2 check vgg.onnx --plugin plugin.so
grep -q 'loads no plugins' "$work/err" || fail "it does not say why there is no plugin"
if [ -x build/lrpscope ]; then
    (cd assets/demo && "$root/build/lrpscope" explain vgg.onnx boot.png $settings --relevance "$work/ordinary.npy" >"$work/out")
    /usr/bin/python3 -c '
import numpy, sys
a, b = (numpy.load(path).astype(float) for path in sys.argv[1:])
error = abs(a - b).max() / abs(b).max()
print("relevance differs by", error, "of the largest")
sys.exit(int(error > 1e-5))' "$empty/portable.npy" "$work/ordinary.npy" || fail "it computes something else"
fi

# ---- the inspector, on a terminal whose kind nothing there describes ----
screen() {
    tmux -L $socket capture-pane -p
}
wait_for() { # wait_for TEXT
    for i in $(seq 100); do
        screen >"$work/screen" 2>/dev/null && grep -qF -e "$1" "$work/screen" && return
        sleep 0.1
    done
    cat "$work/screen"
    fail "'$1' does not appear"
}
tmux -L $socket -f /dev/null new-session -d -x 100 -y 30 "$inside /lrpscope vgg.onnx boot.png $settings; echo left: \$?; sleep 60"
wait_for "sum 0.917"
wait_for "convolution"
tmux -L $socket send-keys Down Down
wait_for "relevance of #2"
tmux -L $socket send-keys L
wait_for "ledger"
tmux -L $socket send-keys Escape q
wait_for "left: 0"
echo "portable: $(wc -c <"$binary") bytes, runs in an empty root, inspector included"
