#!/bin/sh
# Builds lrpscope and opens a demo model on a picture:
#   sh assets/demo.sh               a network every layer of which LRP supports
#   sh assets/demo.sh unsupported   the same network with two activations LRP does not know
# Without a terminal the binary prints its layer table instead. LRPSCOPE_BUILD names another build folder.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${LRPSCOPE_BUILD:-$root/build}
demo=$root/assets/demo
packages="cmake pkg-config gcc make libncurses-dev libcjson-dev libpng-dev zlib1g-dev libjpeg62-turbo-dev libutf8proc-dev libdnnl-dev"

case ${1:-} in
'') model=$demo/vgg.onnx ;;
unsupported) model=$demo/vgg-unsupported.onnx ;;
*)
    echo "usage: sh assets/demo.sh [unsupported]" >&2
    exit 2
    ;;
esac

missing=
if command -v dpkg >/dev/null 2>&1; then
    for package in $packages; do
        dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing="$missing $package"
    done
fi
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif command -v sudo >/dev/null 2>&1; then
        sudo=sudo
    else
        echo "demo.sh: these packages are missing and need root or sudo: apt-get install$missing" >&2
        exit 1
    fi
    echo "demo.sh: installing$missing" >&2
    $sudo apt-get update -q >&2
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "demo.sh: building in $build" >&2
if ! { cmake -S "$root" -B "$build" && cmake --build "$build" --target lrpscope_binary --parallel "$(nproc)"; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "demo.sh: the build failed" >&2
    exit 1
fi
rm -f "$log"
trap - EXIT

exec "$build/lrpscope" "$model" "$demo/boot.png" --labels "$demo/labels.txt" --scale 1/255 --mean 0.2860 --std 0.3530
