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
# The text demo. Classes and logits of its sentences are onnxruntime's; the word that counts most is the one that, hidden behind [UNK],
# costs the logit most there.
packages=$demo/packages
expect 0 "check packages" "$binary" check "$packages"
answers() { # CLASS LOGIT WORD TEXT
    expect 0 "run of '$4'" "$binary" run "$packages" --text "$4" --top 1
    says " $2[0-9]*  *([0-9.]*)  $1\$" "run of '$4'"
    expect 0 "explain '$4'" "$binary" explain "$packages" --text "$4"
    first=$(awk 'NF == 4 && $1 ~ /^[0-9]+$/ { print $3, $4 }' "$work/out" | sort -gr | sed -n '1s/.* //p')
    [ "$first" = "$3" ] || { echo "explain '$4': '$first' counts most, not '$3'"; failed=1; }
}
answers games 7.503 game 'multiplayer card game with chess puzzles'
answers sound 7.340 midi 'fast command line synthesizer for MIDI files'
answers fonts 7.800 cyrillic 'handwritten typeface with Cyrillic letters'
answers mail 7.626 spam 'filter against spam for your inbox'
answers mail 5.740 mail 'web client for reading mail'
answers databases 5.788 tables 'server that stores tables and answers SQL'
expect 0 "packages without a terminal" "$binary" "$packages" --text 'drum machine and audio mixer'
# demo.sh itself, with the binary that is built already
mkdir "$work/bin"
printf '#!/bin/sh\n' >"$work/bin/cmake"
printf '#!/bin/sh\necho "Status: install ok installed"\n' >"$work/bin/dpkg"
chmod +x "$work/bin/cmake" "$work/bin/dpkg"
expect 0 "demo.sh text" env PATH="$work/bin:$PATH" LRPSCOPE_BUILD="$(dirname "$binary")" sh "$2/demo.sh" text
for class in games sound fonts; do
    says " $class  output" "demo.sh text"
done
says "lrpscope explain .*/packages --text" "demo.sh text"
expect 2 "demo.sh with a wrong word" sh "$2/demo.sh" texts
says "unsupported|text" "demo.sh with a wrong word"

[ -s "$work/heatmap.png" ] || { echo "rules file: no heatmap was written"; failed=1; }
exit $failed
