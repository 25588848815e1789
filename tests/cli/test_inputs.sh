#!/bin/sh
# test_inputs.sh BINARY: open shapes, several inputs and outputs, tokens, batches, places of spatial outputs, weights in other files.
# Every model is small enough to work out by hand (make_inputs.py); expected numbers are.
binary=$1
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -x "$binary" ]; then echo "usage: test_inputs.sh BINARY"; exit 2; fi
case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
if ! command -v python3 >/dev/null; then echo "python3 is missing: skipped"; exit 77; fi
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
python3 "$here/make_inputs.py" "$folder" && cd "$folder" || exit 2
failures=0 checks=0

fail() { failures=$((failures + 1)); echo "FAILED: $*"; }
run() { checks=$((checks + 1)); "$binary" "$@" </dev/null >out 2>err; code=$?; }
# good TEXT ARGUMENT...: exit 0, and TEXT is on stdout
good() {
    text=$1
    shift
    run "$@"
    [ $code = 0 ] || fail "exit $code: $*: $(cat err)"
    grep -qF -e "$text" out || fail "'$text' is not said by $*: $(cat out)"
}
# bad CODE TEXT ARGUMENT...: that exit code, one line on stderr with TEXT, nothing on stdout
bad() {
    want=$1 text=$2
    shift 2
    run "$@"
    [ $code = "$want" ] || fail "exit $code, not $want: $*"
    [ "$(wc -l <err)" -eq 1 ] || fail "$(wc -l <err) lines on stderr: $*: $(cat err)"
    grep -qF -e "$text" err || fail "'$text' is not in: $(cat err)"
    [ -s out ] && fail "something on stdout: $*"
}
# said TEXT: the command before has said so on stderr
said() { grep -qF -e "$1" err || fail "'$1' is not said: $(cat err)"; }
# array FILE SHAPE VALUE...: what the command before has written
array() { python3 "$here/make_inputs.py" "$@" || fail "$(basename "$1"): other numbers"; rm -f "$1"; }

# ---- open shapes: y = [2 m, 1 - m] of the mean m ----
good "give --input-shape" layers dynamic.onnx
good "1x1x1x1" layers dynamic.onnx --input-shape 1,1,2,2
good "3x1x1x1" layers dynamic.onnx --input-shape 3,1,7,5
good "" run dynamic.onnx square.npy --output o.npy;                           array o.npy 1x2 6 -2 # (1+2+3+6)/4 = 3
good "" run dynamic.onnx squares.npy --output o.npy;                          array o.npy 2x2 6 -2 0 1
good "" run dynamic.onnx square.pgm --output o.npy;                           array o.npy 1x2 10 -4 # the picture's size; (2+4+6+8)/4 = 5
good "" run dynamic.onnx square.pgm --input-shape 1,1,2,2 --output o.npy;     array o.npy 1x2 10 -4
good "" run dynamic.onnx square.npy --input-shape 1,1,2,2 --output o.npy;     array o.npy 1x2 6 -2
bad 2 "--input-shape 1,1 does not fit input x" layers dynamic.onnx --input-shape 1,1
bad 2 "--input-shape 1,3,2,2 does not fit input x" layers places.onnx --input-shape 1,3,2,2
bad 2 '0,1,2,2' layers dynamic.onnx --input-shape 0,1,2,2
bad 3 "square.npy: its shape is 1x1x2x2, but input x takes 1x1x3x3" run dynamic.onnx square.npy --input-shape 1,1,3,3

# ---- several inputs and outputs: h = a W = [1+3, 2+4], y = h + b = [14, 26], s = y0 - y1 ----
good "" run two.onnx --input a=a.npy --input b=b.npy --output o.npy;          array o.npy 1x2 14 26
good "" run two.onnx --input b=b.npy --input a=a.npy --output o.npy;          array o.npy 1x2 14 26
good "" run two.onnx --input a=a.npy --input b=b.npy --output-name s --output o.npy; array o.npy 1x1 -12
bad 2 "two.onnx: input b is not given" run two.onnx --input a=a.npy
bad 2 "two.onnx: input b is not given" run two.onnx a.npy
bad 2 "no input is called c (inputs: a, b)" run two.onnx --input a=a.npy --input c=b.npy
bad 2 "no output is called q (outputs: y, s)" run two.onnx --input a=a.npy --input b=b.npy --output-name q
bad 3 "nofile.npy" run two.onnx --input a=a.npy --input b=nofile.npy
both="two.onnx --input a=a.npy --input b=b.npy --composite zero"
# R(y1) = 1 is shared as 6:20 by h1 and b1; h1's 6/26 as 1*2 : 1*4 by a0 and a1
good "target 1  output 26  start 1  sum 1" explain $both --target 1 --relevance r.npy;  array r.npy 1x2 0.0769230769 0.153846154
good "" explain $both --target 1 --at b --relevance r.npy;                    array r.npy 1x2 0 0.769230769
# s = 14 - 26: R(y) = [14, -26] / -12 of it; b's part of those is 10/14 and 20/26
good "output -12" explain $both --output-name s --at b --relevance r.npy;     array r.npy 1x2 -0.833333333 1.66666667

# ---- functions of the file: h = [1 1] W = [4 6], y = h W = [22 32] ----
good "" run functions.onnx a.npy --output o.npy;                              array o.npy 1x2 22 32
good "first, function: 1 to 1" layers functions.onnx
good "first/p/matmul" layers functions.onnx # the call in the function has no name: it is called as its output
functions="explain functions.onnx a.npy --composite zero --target 1 --relevance r.npy"
# R(h) = [4*2 6*4]/32; .25 is shared as 1:3, .75 as 2:4
good "output 32" $functions;                                                  array r.npy 1x2 .3125 .6875
# a container's rule is that of all its layers: R(h) = [2 4] of the gradient, shared the same way
good "output 32" $functions --rule second=gradient;                           array r.npy 1x2 1.83333333 4.16666667

# ---- tokens 1 3 1: rows [2 3], [6 7], [2 3] of the table, added up to [10 13]; each token has its row's relevance ----
good "" run tokens.onnx tokens.npy --output o.npy;                            array o.npy 1x2 10 13
good "" run tokens.onnx batch.npy --output o.npy;                             array o.npy 2x2 10 13 4 7 # rows 0 0 2: [0 1] + [0 1] + [4 5]
tokens="tokens.onnx tokens.npy --skip-checks --composite zero --target 0"
good "output 10  start 1  sum 1" explain $tokens --at e --relevance r.npy;    array r.npy 1x3x2 .2 0 .6 0 .2 0
good "sum 1" explain $tokens --relevance r.npy;                               array r.npy 1x3 .2 .6 .2
good "sum 1" explain $tokens --at i --relevance r.npy --heatmap h.png;        array r.npy 1x3 .2 .6 .2
good "batch.npy[1]  target 0  output 4  start 1  sum 1" explain tokens.onnx batch.npy --skip-checks --composite zero --target 0 --relevance r.npy
array r.npy 2x3 .2 .6 .2 0 0 1 # rows 0 0 2: 0 + 0 + 4
good "tokens 1" ledger $tokens # the relevance that starts, 1, ends at the rows of the table
good "batch.npy[1]  target 0  output 4" explain tokens.onnx batch.npy --skip-checks --composite zero --target 0
# integers that are no tokens: relevance ends at what Cast made of them, which is said; 3 and 8 of 11
run explain whole.onnx whole.npy --skip-checks --composite zero --relevance r.npy
[ $code = 0 ] || fail "exit $code: $(cat err)"
grep -q "input i holds integers: relevance ends at f," err || fail "where relevance ends is not said: $(cat err)"
array r.npy 1x2 .27272727 .72727273
# how many tokens there are is left open: what the check says holds for the input that is given
failing() { # failing TEXT ARGUMENT...: exit 1, TEXT is in the table on stderr or stdout
    text=$1
    shift
    run "$@"
    [ $code = 1 ] || fail "exit $code, not 1: $*: $(cat err)"
    grep -qF -e "$text" out err || fail "'$text' is not said by $*: $(cat out err)"
    if grep -q "cannot be executed" out err; then [ "$text" = "cannot be executed" ] || fail "runs, but is said not to: $*: $(cat out err)"; fi
}
good "" run any_tokens.onnx tokens.npy --output o.npy;                        array o.npy 1x2 2 3 # the least of 2 6 2, of 3 7 3
failing "--support-layer reduce-min (the fallback handles it)" explain any_tokens.onnx tokens.npy
failing "--support-layer reduce-min (the fallback handles it)" ledger any_tokens.onnx tokens.npy
failing "--support-layer reduce-min (the fallback handles it)" check any_tokens.onnx
good "output 3.33333" explain mean_tokens.onnx tokens.npy --composite zero --target 0
good "output 2" explain any_tokens.onnx tokens.npy --support-layer reduce-min --composite zero --target 0
failing "cannot be executed" explain any_unknown.onnx tokens.npy
bad 3 "nofile.npy" explain any_tokens.onnx nofile.npy --skip-checks --composite zero
bad 3 "layer e: index 4 is outside an axis of 4 elements" run tokens.onnx beyond.npy
good "" run tokens.onnx float.npy --output o.npy;                             array o.npy 1x2 10 13
said "float.npy: its numbers are float32, input i takes int64: converted"
bad 3 "half.npy: its type is float32 and it holds 1.5, but input i takes int64" run tokens.onnx half.npy
good "sum 1" explain $tokens --relevance r.npy;                               array r.npy 1x3 .2 .6 .2
# without the axis of samples, and with one that the model has not
good "" run tokens.onnx three.npy --output o.npy;                             array o.npy 1x2 10 13
good "" run vector.onnx vector1.npy --output o.npy;                           array o.npy 3 1 2 0
bad 3 "its shape is 2, but input i takes ?x3" run tokens.onnx vector.npy
# bytes: a picture as it is, 0..255; y = x W of its one row 2 4 and 6 8
bytes="bytes.onnx square.pgm --layout nhwc --composite zero --skip-checks"
good "" run bytes.onnx square.pgm --layout nhwc --output o.npy;               array o.npy 1x2 20 -20
good "target 0  output 20  start 1  sum 1" explain $bytes --relevance r.npy --heatmap h.png; array r.npy 1x2x2x1 .1 .2 .3 .4
said "relevance ends at f, the first float value made of them"
# what makes floats of bytes hands nothing on: there is nothing to know about it; the original knows no such layer
good "all 3 layers pass" check bytes.onnx
good "target 0  output 20  start 1  sum 1" explain bytes.onnx square.pgm --layout nhwc --composite zero
run check bytes.onnx --convention pr26; [ $code = 1 ] || fail "exit $code, not 1: a cast under pr26"
run explain $bytes --group word; [ $code = 2 ] || fail "exit $code, not 2: words of a picture"
grep -q "no input takes any" err || fail "words of a picture: $(cat err)"
bad 3 "holds 300, but input x takes uint8" run bytes.onnx large.npy
# no input at all; masks, positions and the like need not be given
good "0      3" run constant.onnx
good "target 0  output 3" explain constant.onnx --skip-checks --composite zero
good "" run mask.onnx tokens.npy --output o.npy;                              array o.npy 1x2 13 16 # the sum of tokens.onnx and of the positions, 0 + 1 + 2
said "inputs that were not given are filled in: attention_mask with 1, position_ids with 0, 1, 2 ..."
bad 3 "square.pgm: a picture is no input for i, which takes int64" run tokens.onnx square.pgm

# ---- places: class 0 is the picture [1 2; 3 4], class 1 is -2 times it ----
places="places.onnx places.npy --composite zero --relevance r.npy"
good "target 2 (0:1:0)  output 3  start 1" explain $places --target 0@1:0;            array r.npy 1x1x2x2 0 0 1 0
good "target 5 (1:0:1)  output -4  start 1" explain $places --target '(1:0:1)';       array r.npy 1x1x2x2 0 1 0 0
good "target 5 (1:0:1)  output -4  start 1" explain $places --target 1@0:1;           array r.npy 1x1x2x2 0 1 0 0
good "start 4  sum 4" explain $places --target 0@all;                         array r.npy 1x1x2x2 1 1 1 1
good "start 10  sum 10" explain $places --target 0@all --output-relevance logit; array r.npy 1x1x2x2 1 2 3 4
good "start -20  sum -20" explain $places --target 1@all --output-relevance logit; array r.npy 1x1x2x2 -2 -4 -6 -8
good "target 3 (0:1:1)  output 4" explain $places;                                    array r.npy 1x1x2x2 0 0 0 1 # the largest of all
printf 'sky\nroad\n' >labels.txt
good "target 6 (1:1:0) road  output -6" explain $places --labels labels.txt --target road@1:0; array r.npy 1x1x2x2 0 0 1 0
good "places2.npy[1]  target 7 (1:1:1)  output -16" explain places.onnx places2.npy --composite zero --target '0@0:0,(1:1:1)' --relevance r.npy
array r.npy 2x1x2x2 1 0 0 0 0 0 0 1
for target in 2@0:0 0@2:0 0@0:2 -1@0:0 2@all '(0:0:2)' '(2:0:0)' '(0:-1:0)' 0@-1:0; do
    bad 2 "target $target: the output has 2 classes at 2x2 places, counted from 0" explain $places --target "$target"
done
for target in 0@x 0@0 0@0:0:0 0@0: 0@ALL; do bad 2 "target $target: after @ comes y:x or all" explain $places --target "$target"; done
bad 2 "target (0:0): 3 numbers are needed, one for every axis of the output" explain $places --target '(0:0)'
bad 2 "say which: 0@y:x or 0@all" explain $places --target 0
bad 2 "3 targets for 2 samples" explain places.onnx places2.npy --target '0@all,1@all,0@0:0' -q
bad 2 "nearest: sky" explain $places --labels labels.txt --target ski@0:0

# ---- samples: y = x W = [1 2 0] of a vector is one sample, whose number 1 is made by x1 alone ----
vector="explain vector.onnx vector.npy --composite zero --relevance r.npy"
good "target 1  output 2  start 1  sum 1" $vector;                            array r.npy 2 0 1
good "target 2  output 0  start 1" $vector --method gradient --target 2;      array r.npy 2 2 -1
good "target 0  output 1  start 1" $vector --method gradient --target 0;      array r.npy 2 1 0
good "zero   1    1     0" ledger vector.onnx vector.npy --composite zero
# two rows of one picture, and of two: one number starts in any case
rows="--composite zero --relevance r.npy"
good "rows.npy  target 1 (0:1)  output 4  start 1  sum 1" explain rows.onnx rows.npy $rows; array r.npy 1x2x2 0 1 0 0
good "target 2 (1:0)  output 3  start 1  sum 1" explain rows.onnx rows.npy $rows --target '(1:0)'; array r.npy 1x2x2 0 0 1 0
good "target 3 (1:1)  output 2  start 1  sum 1" explain rows.onnx rows.npy $rows --target 1@1; array r.npy 1x2x2 0 0 0 1
good "target 3 (1:1)  output 2  start 1  sum 1" explain rows.onnx rows.npy $rows --target 1@-1; array r.npy 1x2x2 0 0 0 1
good "start 2  sum 2" explain rows.onnx rows.npy $rows --target 1@all;        array r.npy 1x2x2 0 1 0 1
bad 2 "say which: (row:column), or 1@POSITION or 1@all" explain rows.onnx rows.npy $rows --target 1 -q
bad 2 "target (2:0): the output is 2x2, counted from 0" explain rows.onnx rows.npy $rows --target '(2:0)' -q
bad 2 "2 numbers are needed, one for every axis of the output's 2x2" explain rows.onnx rows.npy $rows --target '(1)' -q
good "(0:1)      4" run rows.onnx rows.npy --top 1
# steps come before samples: neither three samples nor two
good "steps.npy  target 5 (2:0:1)  output 6  start 1  sum 1" explain steps.onnx steps.npy $rows; array r.npy 1x3x2 0 0 0 0 0 1
good "steps2.npy  target 11 (2:1:1)  output 12  start 1  sum 1" explain steps.onnx steps2.npy $rows
array r.npy 2x3x2 0 0 0 0 0 0 0 0 0 0 0 1
# merged with heads and parted again: two samples
good "heads2.npy[1]  target 0  output 8  start 1  sum 1" explain heads.onnx heads2.npy $rows; array r.npy 2x4 0 0 0 1 1 0 0 0
# outputs of labels and truth values are printed; the first of floats is explained
good "    0      1" run label.onnx pair.npy
good "" run label.onnx pair.npy --output o.npy;                               array o.npy 2 1 2
good "true" run label.onnx pair.npy --output-name positive
good "pair.npy[1]  target 2  output 3  start 1  sum 1" explain label.onnx pair.npy $rows --skip-checks; array r.npy 2x2 0 1 .666666667 .333333333
bad 4 "the output label is of type int64: relevance needs one of floats (outputs: label, y, positive)" explain label.onnx pair.npy $rows --skip-checks --output-name label -q

# ---- weights in other files: only beside the model or below it, whatever leads there ----
cd inner || exit 2
ln -s ../w.bin link.bin
ln -s .. aside
mkfifo pipe
good "" run fine.onnx x.npy --output o.npy;                                   array o.npy 1x2 3 10
bad 3 "external data ../w.bin lies outside the model's folder" run up.onnx x.npy
bad 3 "external data /etc/passwd lies outside the model's folder" run root.onnx x.npy
bad 3 "external data link.bin is a link out of the model's folder" run link.onnx x.npy
bad 3 "external data aside/w.bin is a link out of the model's folder" run linked_folder.onnx x.npy
bad 3 "external data in is not a regular file" run folder.onnx x.npy
bad 3 "external data pipe is not a regular file" run fifo.onnx x.npy
bad 3 "external data no.bin cannot be read" run missing.onnx x.npy
bad 3 'pipe.json: "weights": pipe is not a regular file' run pipe.json x.npy
bad 3 'folder.json: "weights": in is not a regular file' run folder.json x.npy
bad 3 'up.json: "weights": ../w.safetensors lies outside' run up.json x.npy
good "" run fine.json x.npy --output o.npy;                                   array o.npy 1x1 13
rm link.bin aside
ln -s in/w.bin link.bin
ln -s in aside
good "" run link.onnx x.npy --output o.npy;                                   array o.npy 1x2 3 10
good "" run linked_folder.onnx x.npy --output o.npy;                          array o.npy 1x2 3 10
cd .. && ln -s inner by_link # the model's own folder may be reached by a link
good "" run by_link/fine.onnx inner/x.npy --output o.npy;                     array o.npy 1x2 3 10

echo "$checks runs, $failures failures"
[ $failures = 0 ]
