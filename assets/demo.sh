#!/bin/sh
# Builds lrpscope and opens a demo model on a picture, or explains texts:
#   sh assets/demo.sh               a network every layer of which LRP supports
#   sh assets/demo.sh unsupported   the same network with two activations LRP does not know
#   sh assets/demo.sh text          a small transformer: the words by which it knows what a package is for, in colour
# Without a terminal the binary prints its layer table instead, and tables of the words. LRPSCOPE_BUILD names another build folder.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${LRPSCOPE_BUILD:-$root/build}
demo=$root/assets/demo
packages="cmake pkg-config gcc make libncurses-dev libcjson-dev libpng-dev zlib1g-dev libjpeg62-turbo-dev libutf8proc-dev libdnnl-dev"

case ${1:-} in
'') model=$demo/vgg.onnx ;;
unsupported) model=$demo/vgg-unsupported.onnx ;;
text) model=$demo/packages ;;
*)
    echo "usage: sh assets/demo.sh [unsupported|text]" >&2
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

if [ -d "$model" ]; then # a folder: a model of texts with its tokenizer and labels
    "$build/lrpscope" explain "$model" --text-file "$model/sentences.txt"
    cat <<END

Words that speak for the class are red, those against it blue. Go on with a description of your own, with what speaks for another
class, as a page for the browser, or in the inspector:
    $build/lrpscope explain $model --text 'filter against spam for your inbox'
    $build/lrpscope explain $model --text 'web client for reading mail' --target web
    $build/lrpscope explain $model --text 'drum machine and audio mixer' --html words.html
    $build/lrpscope $model --text 'drum machine and audio mixer'
END
    exit 0
fi
exec "$build/lrpscope" "$model" "$demo/boot.png" --labels "$demo/labels.txt" --scale 1/255 --mean 0.2860 --std 0.3530
