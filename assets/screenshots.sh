#!/bin/sh
# Draws the README's pictures of the screen anew: plays assets/screenshots/*.script on the demo models.
#   sh assets/screenshots.sh [BINARY]
set -eu
cd "$(dirname "$0")/.."
binary=${1:-build/lrpscope}
if [ ! -x "$binary" ]; then
    echo "screenshots.sh: $binary is not there: build it, or name another one" >&2
    exit 1
fi
export LC_ALL=C.UTF-8
draw() { # MODEL SCRIPT
    "$binary" "assets/demo/$1" assets/demo/boot.png --labels assets/demo/labels.txt --scale 1/255 --mean 0.2860 --std 0.3530 \
        --color direct --script "assets/screenshots/$2.script"
}
draw vgg.onnx inspector
draw vgg-unsupported.onnx unsupported
for script in light rule-menu channels compare ledger triptych; do
    draw vgg.onnx "$script"
done
"$binary" assets/demo/vgg.onnx assets/demo/boot.png assets/demo/bag.png assets/demo/dress.png assets/demo/sneaker.png \
    assets/demo/trouser.png assets/demo/sandal.png --labels assets/demo/labels.txt --scale 1/255 --mean 0.2860 --std 0.3530 \
    --color direct --script assets/screenshots/sheet.script
for script in text attention; do
    "$binary" assets/demo/packages --text 'web client for reading mail' --target web --color direct \
        --script "assets/screenshots/$script.script"
done
