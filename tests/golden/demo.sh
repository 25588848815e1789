#!/bin/sh
# The demo's promises: demo.sh BINARY ASSETS. Answers are the trained network's own, stated in assets/README.md.
set -u
binary=$1 demo=$2/demo
options="--labels $demo/labels.txt --scale 1/255 --mean 0.2860 --std 0.3530"
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect EXIT_CODE WHAT COMMAND...
expect() {
    code=$1 what=$2
    shift 2
    "$@" </dev/null >"$work/out" 2>"$work/err"
    got=$?
    if [ "$got" != "$code" ]; then
        echo "$what: exit $got, expected $code"
        cat "$work/out" "$work/err"
        failed=1
    fi
}
# says PATTERN WHAT: the last command printed it
says() {
    if ! grep -q -e "$1" "$work/out" "$work/err"; then
        echo "$2: '$1' is not in what was printed:"
        cat "$work/out" "$work/err"
        failed=1
    fi
}

for model in vgg vgg-unsupported; do
    for class in boot trouser bag sandal dress sneaker; do
        expect 0 "$model on $class" "$binary" run "$demo/$model.onnx" "$demo/$class.png" $options --json
        first=$(tr -d ' \n\t' <"$work/out" | sed 's/.*"top":\[{[^}]*"label":"\([^"]*\)".*/\1/')
        [ "$first" = "$class" ] || { echo "$model on $class: answers '$first'"; failed=1; }
    done
done
expect 0 "check vgg" "$binary" check "$demo/vgg.onnx"
expect 1 "check vgg-unsupported" "$binary" check "$demo/vgg-unsupported.onnx"
says hard-swish "check vgg-unsupported"
expect 1 "explain vgg-unsupported" "$binary" explain "$demo/vgg-unsupported.onnx" "$demo/boot.png" $options
expect 0 "registered activation" "$binary" explain "$demo/vgg-unsupported.onnx" "$demo/boot.png" $options \
    --support-activation hard-swish
expect 0 "rules file" "$binary" explain "$demo/vgg.onnx" "$demo/boot.png" --rules "$demo/vgg.lrpscope.json" \
    --heatmap "$work/heatmap.png"
says boot "rules file"
expect 0 "without a terminal" "$binary" "$demo/vgg.onnx" "$demo/boot.png" $options
says explain "without a terminal"
expect 1 "without a terminal, unsupported" "$binary" "$demo/vgg-unsupported.onnx" "$demo/boot.png" $options
[ -s "$work/heatmap.png" ] || { echo "rules file: no heatmap was written"; failed=1; }
exit $failed
