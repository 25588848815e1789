#!/bin/sh
# test_cli.sh BINARY: exit codes, messages and files of the command line, on the demo models.
# Every bad input: exactly one line on stderr, the right exit code, nothing on stdout and nothing left behind.
binary=$1
demo=$(cd "$(dirname "$0")/../../assets/demo" 2>/dev/null && pwd)
if [ ! -x "$binary" ]; then echo "usage: test_cli.sh BINARY"; exit 2; fi
case $binary in /*) ;; *) binary=$PWD/$binary ;; esac
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
mkdir work in
failures=0 checks=0

fail() { failures=$((failures + 1)); echo "FAILED: $*"; }

# run ARGUMENT...: runs in work/; stdout, stderr and exit code are in ../out, ../err and $code
run() {
    checks=$((checks + 1))
    (cd work && "$binary" "$@" </dev/null >../out 2>../err)
    code=$?
}

# bad CODE TEXT ARGUMENT...: the error must name TEXT
bad() {
    want=$1 text=$2
    shift 2
    run "$@"
    [ $code = "$want" ] || fail "exit $code, not $want: $*"
    [ "$(wc -l <err)" -eq 1 ] || fail "$(wc -l <err) lines on stderr: $*"
    grep -q '^lrpscope: ' err || fail "no 'lrpscope: ' in front: $*: $(cat err)"
    grep -qF -e "$text" err || fail "'$text' is not in: $(cat err)"
    [ -s out ] && fail "something on stdout: $*"
    [ -z "$(ls -A work)" ] || { fail "left behind by $*: $(ls -A work)"; rm -rf work; mkdir work; }
}

# good CODE ARGUMENT...: nothing to say against it
good() {
    want=$1
    shift
    run "$@"
    [ $code = "$want" ] || fail "exit $code, not $want: $*: $(cat err)"
}
has() { grep -qF -e "$2" "$1" || fail "'$2' is not in $1: $(head -3 "$1")"; }
exists() { for file in "$@"; do [ -s "work/$file" ] || fail "no file $file"; done; }
clear_work() { rm -rf work; mkdir work; }
# json EXPRESSION: a Python expression about the JSON d on stdout holds (left out without python3)
json() {
    command -v python3 >/dev/null || return 0
    python3 -c "import json, sys; d = json.load(open('out')); sys.exit(0 if $1 else 1)" || fail "JSON: not $1"
}

# ---- what needs no model ----
good 0 --version; has out "lrpscope 0."
good 0 --help; has out "Commands:"
for command in check layers run explain ledger compare tokens rules composites ops colormaps; do
    good 0 $command --help; has out "usage: lrpscope $command"; has out "Examples:"
done
good 0 rules; has out "alpha-beta"
good 0 composites; has out "epsilon-plus-flat"
good 0 ops; has out "Conv"

# ---- texts ----
tokenizers=$(cd "$demo/../../tests/tokenizers" && pwd)
good 0 tokens "$tokenizers/bert-uncased.tokenizer.json" --text "Unaffable world" --json
json "d['texts'][0]['ids'] == [2, 132, 133, 134, 142, 3] and d['texts'][0]['offsets'][3] == [5, 9]"
printf 'hello\nthe cat\n' >in/lines.txt
good 0 tokens "$tokenizers/bert-uncased.tokenizer.json" --text-file ../in/lines.txt --json
json "[len(t['ids']) for t in d['texts']] == [3, 6]"
printf '["a\\u0000b", ["hello world", "the cat"]]' >in/pairs.json
good 0 tokens "$tokenizers/gpt2.tokenizer.json" --text-file ../in/pairs.json --json
json "d['texts'][0]['text'] == 'a\\0b' and len(d['texts'][0]['ids']) == 3 and d['texts'][1]['type_ids'] == [0, 0, 1, 1, 1, 1, 1]"
mkdir in/hub; cp "$tokenizers/gpt2.tokenizer.json" in/hub/tokenizer.json; : >in/hub/model.onnx
good 0 tokens ../in/hub/model.onnx --text hello; has out "262"
good 0 tokens ../in/hub --text hello; has out "262"
bad 2 "--text" tokens ../in/hub
bad 2 "give one of them" tokens ../in/hub --text a --text-file ../in/lines.txt
bad 3 "holds no tokenizer" tokens ../in --text a
bad 3 "give --tokenizer" tokens ../in/none.onnx --text a
good 0 colormaps; has out "seismic"
good 0 rules --json; json "d['lrpscope'] == 1 and {'name', 'parameters', 'formula', 'fits'} == set(d['rules'][0])"
good 0 composites --json; json "'epsilon-gamma-box' in [c['name'] for c in d['composites']]"
good 0 ops --json; json "{'name', 'domain', 'versions', 'runs', 'differentiates'} == set(d['ops'][0])"
good 0 --document man; has out '.SH EXIT STATUS'; has out 'output\-relevance'
for shell in bash zsh fish; do good 0 --document $shell; has out output-relevance; done
if command -v groff >/dev/null; then
    for page in man man-rules man-model man-lrp man-internals; do
        good 0 --document $page; groff -man -Tutf8 -ww -z out 2>err
        [ -s err ] && fail "the page $page: $(head -1 err)"
    done
fi
bad 2 "unknown option --heatmp (nearest: --heatmap)" explain m.onnx i.png --heatmp x.png
bad 2 "unknown option -z" check m.onnx -z
bad 2 "unknown method foo" explain m.onnx i.png --method foo
bad 2 "no INPUT given" ledger "$demo/vgg.onnx"
bad 2 'compare takes --rules A.json --rules B.json' compare m.onnx i.png
bad 2 '--conventions is no option of explain' explain m.onnx i.png --conventions
bad 2 "no MODEL given" check
bad 2 "no MODEL given"
bad 2 "no INPUT given" explain "$demo/vgg.onnx"
bad 3 "nofile.onnx" check nofile.onnx
bad 3 "nofile.onnx" nofile.onnx
bad 3 "did you mean: lrpscope check" chek
bad 3 "did you mean: lrpscope layers" laers m.onnx --canonize-report
bad 3 "did you mean: lrpscope MODEL" inspect --script keys
bad 3 "did you mean: lrpscope --help" help
bad 3 "did you mean: lrpscope explain" explan m.onnx a.png b.png
"$binary" ops 2>err | head -1 >out
[ -s err ] && fail "a closed pipe is no reason to complain: $(cat err)"
if [ -w /dev/full ]; then
    "$binary" ops >/dev/full 2>err; [ $? = 3 ] || fail "a full disk must be told"
    has err "standard output cannot be written"
fi

if [ ! -f "$demo/vgg.onnx" ]; then
    echo "no demo models in assets/demo: the rest is left out"
    [ $failures = 0 ]; exit
fi
model=$demo/vgg.onnx picture=$demo/bag.png rules=$demo/vgg.lrpscope.json unsupported=$demo/vgg-unsupported.onnx

# lrpscope-rules(5): its example is a rules file, and every primitive is read in the form that is given there. How many of the 12
# layers each of them reaches: 6 convolutions, 2 dense ones, those from 1 to 3 (two convolutions), the first 2
run --document man-rules
sed -n '/^[.]SH EXAMPLE/,/^[.]fi/p' out | sed '1,2d;$d;s/\\-/-/g' >work/example.json
sed -n '/^[.]SS Primitives/,/^[.]SH/p' out | sed 's/\\-/-/g' | grep '^{' | sed \
    's/{TYPE: RULE, [.][.][.]}/{"convolution": "epsilon", "dense": "epsilon"}/; s/RULE/"epsilon"/; s/SELECTOR/"1..3"/; s/ N,/ 2,/' >primitives
set -- 12 3 3 1 1 8 2 2 1 1 1
[ "$(wc -l <primitives)" = $# ] || fail "$(wc -l <primitives) primitives in the manual, not $#"
while read -r primitive; do
    echo "{\"composite\": [$primitive]}" >work/primitive.json
    good 0 layers "$model" --rules primitive.json --json
    json "[l['rule'] for l in d['layers']].count('epsilon(1e-6)') == ${1:-0}"
    [ $# = 0 ] || shift
done <primitives
good 0 layers "$model" --rules example.json --json
json "[l['rule'] for l in d['layers'] if l['type'] in ('convolution', 'dense')] == ['flat'] + 5 * ['raw-gamma(0.25)'] + ['epsilon(1e-6)', 'zero']"
rm work/example.json work/primitive.json

# lrpscope-model(5): its example is a model
run --document man-model
sed -n '/^[.]SH EXAMPLE/,/^[.]fi/p' out | sed '1,2d;$d;s/\\-/-/g' >work/example.json
good 0 layers "$folder/work/example.json" --json
json "[l['type'] for l in d['layers']] == ['dense', 'dense', 'add', 'my-doubling-layer', 'concat']"
rm work/example.json

# ---- bad input ----
head -c 20000 "$model" >in/short.onnx
# a 4x4 .npy of float32 zeros: magic, version 1.0, header of 118 bytes, 64 bytes of data
header="{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4), }"
{ printf '\223NUMPY\001\000v\000'; printf '%-117s\n' "$header"; head -c 64 /dev/zero; } >in/small.npy
bad 3 "bag.png" check "$picture"
bad 3 "short.onnx" check "$folder/in/short.onnx"
bad 3 "4x4" explain "$model" "$folder/in/small.npy"
bad 3 "28x28" run "$model" "$folder/in/small.npy"
header="{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1, 28, 28), }"
{ printf '\223NUMPY\001\000v\000'; printf '%-117s\n' "$header"; } >in/empty.npy
bad 3 "empty.npy" run "$model" in/empty.npy
bad 3 "nofile.png" explain "$model" nofile.png
printf old >in/kept.npy
(ulimit -f 1; "$binary" explain "$model" "$picture" --relevance in/kept.npy) >out 2>err
[ $? = 3 ] || fail "a file beyond the limit is an error"
has err "kept.npy"
[ "$(cat in/kept.npy)" = old ] || fail "a failed write must leave the old file"
[ -z "$(find in -name '*.tmp')" ] || fail "a failed write must leave nothing behind"
bad 3 "not a picture" explain "$model" "$model"
bad 2 "unknown rule nonsense" explain "$model" "$picture" --rule 1=nonsense --heatmap h.png
bad 2 "nonsense" explain "$model" "$picture" --composite nonsense --heatmap h.png
bad 2 "(3,1)" explain "$model" "$picture" --rule "1=alpha-beta(3,1)" --heatmap h.png
bad 2 "(3,1)" explain "$model" "$picture" --composite "alpha-beta(3,1)" --heatmap h.png
bad 2 "does not fit layer /features/features.4/MaxPool" explain "$model" "$picture" --rule 3=z-plus --heatmap h.png
bad 2 "does not fit" layers "$model" --rule type:max-pool=gamma
bad 2 "/features/features.2/Conv" explain "$model" "$picture" --rule "/features/features.22/Conv=zero" --heatmap h.png
[ "$(sed 's/.*nearest: //' err | tr -cd , | wc -c)" -eq 2 ] || fail "three nearest names: $(cat err)"
bad 2 "no layer matches" explain "$model" "$picture" --at nowhere --heatmap h.png
bad 2 "target 99" explain "$model" "$picture" --target 99 --heatmap h.png
bad 3 "/dev/null/h.png" explain "$model" "$picture" --heatmap /dev/null/h.png
bad 3 "is not a folder" explain "$model" "$picture" --output-dir "$folder/in/small.npy/x"
bad 3 "is not a folder" run "$model" "$picture" --output "$folder/in/small.npy/x.npy"
bad 3 "it is a folder" explain "$model" "$picture" --relevance "$folder/in"
bad 3 "small.npy" explain "$model" "$picture" --rules "$folder/in/small.npy"
bad 3 "norules.json" explain "$model" "$picture" --rules norules.json
bad 2 "one file for 2 inputs" explain "$model" "$picture" "$demo/boot.png" --heatmap h.png
bad 2 "named by --heatmap and --sheet" explain "$model" "$picture" --heatmap h.png --sheet h.png
bad 2 "no input is called nope" explain "$model" --input nope="$picture"
bad 2 "no output is called nope" run "$model" "$picture" --output-name nope
bad 2 "--heatmap is no option of layers" layers "$model" --heatmap h.png
bad 2 "unexpected argument" check "$model" "$picture"
bad 4 "--memory 1" explain "$model" "$picture" --memory 1 --heatmap h.png

# ---- check and layers ----
good 0 check "$model"; has out "all 12 layers pass"
good 0 layers "$model" --canonize-report; has out "rewritings: none"
echo '{"lrpscope_model": 1, "input": [1, 2], "layers": [{"type": "dropout"}, {"type": "dense", "weight": [[3, 5], [4, 6]]}]}' >dropout.json
good 0 layers ../dropout.json --canonize-report; has out "(Dropout) -> nothing"
good 0 layers ../dropout.json --canonize-report --json
json "[r['layer'] for r in d['canonization']['rewritings'] if 'dropped' in r['what']] == [-1] and d['layers'][0]['body'] == -1"
good 1 check "$unsupported"; has out "hard-swish"; has out "--support-activation hard-swish"
has out "/features/features.5/Conv and 1 more"; ! grep -q features.10/Conv out || fail "rows of one cause are not one line"
good 1 check "$unsupported" --all; has out "/features/features.10/Conv"; ! grep -q "and 1 more" out || fail "--all groups"
good 0 check "$unsupported" --support-activation hard-swish
good 1 check "$unsupported" --json
json "d['passed'] is False and d['skipped'] is False and d['layers'][0]['index'] == 1"
json "[r['activation_supported'] for r in d['layers']].count(False) == 2"
good 0 check "$unsupported" --skip-checks --json; json "d['passed'] is False and d['skipped'] is True"
good 0 layers "$model" --json
json "len(d['layers']) == 12 and d['totals']['parameters'] == 146938 and d['layers'][0]['rule'] == 'flat'"
json "d['layers'][0]['shape'][1:] == [16, 28, 28] and d['layers'][2]['type'] == 'max-pool'"
good 0 layers "$model" --composite zero --rule 'type:convolution=w-square' --json
json "[l['rule'] for l in d['layers']][:3] == ['w-square', 'w-square', 'zero']"
good 0 layers "$unsupported"; has out "12 layers"
good 0 layers "$model" --no-fuse --json; json "len(d['layers']) == 19"

# ---- run ----
good 0 run "$model" "$picture" --rules "$rules"; has out "bag"
good 0 run "$model" "$picture" --rules "$rules" --json
json "d['samples'][0]['input'] == '$picture' and d['samples'][0]['top'][0]['label'] == 'bag' and d['samples'][0]['top'][0]['index'] == 8"
json "abs(sum(t['probability'] for t in d['samples'][0]['top']) - 1) < .01 and len(d['samples'][0]['top']) == 5"
good 0 run "$model" "$picture" --top 2 --output o.npy --json; exists o.npy; json "len(d['samples'][0]['top']) == 2"
clear_work

# ---- explain ----
good 0 explain "$model" "$picture" --rules "$rules"
has out "bag.png  target 8 bag  output "; has out "  start 1  sum 0."
[ -s err ] && fail "explain has nothing to say on stderr: $(cat err)"
good 0 explain "$model" "$picture" --rules "$rules" --heatmap h.png --relevance r.npy --layerwise l.safetensors --sheet s.png \
    --report r.json --repeat 3
exists h.png r.npy l.safetensors s.png r.json
cp work/r.json out
json "list(d) == ['lrpscope', 'model', 'options', 'samples', 'layers', 'ledger', 'warnings', 'files', 'timing']"
json "len(d['timing']['forward_ms']) == 3 and len(set(d['timing']['forward_ms'])) > 1 and len(d['files']) == 5"
json "set(d['samples'][0]) == {'input', 'target', 'label', 'output', 'start', 'sum_input', 'inputs'} and d['options']['scale'] == '1/255'"
json "abs(d['samples'][0]['sum_input'] - d['layers'][0]['sum']) < 1e-6 and d['layers'][-1]['sum'] == 1"
clear_work
good 0 explain "$model" "$picture" "$demo/boot.png" "$picture" --rules "$rules" --output-dir d
exists d/bag.png d/bag.npy d/bag.json d/boot.png d/bag-2.npy
good 0 explain "$model" "$picture" --rules "$rules" --at first --relevance at.npy --output-dir d; exists d/at.npy
has work/d/at.npy "(1, 16, 28, 28)"
clear_work
good 1 explain "$unsupported" "$picture" --heatmap h.png
has err "/features/features.5/Conv"; has err "--support-activation hard-swish"; tail -1 err >out; has out "--skip-checks"
[ -z "$(ls -A work)" ] || fail "a failing check leaves files behind"
good 0 explain "$unsupported" "$picture" --skip-checks --heatmap h.png; exists h.png
good 0 explain "$unsupported" "$picture" --method gradient --relevance g.npy; exists g.npy
good 0 explain "$model" "$picture" --rule '*=z-plus'; has err "warning"
good 0 explain "$model" "$picture" --rule '*=z-plus' -q; [ -s err ] && fail "-q leaves no warnings"
good 0 explain "$model" "$picture" --rules "$rules" --composite zero --json; json "d['layers'][0]['rule'] == 'zero'"
clear_work

# ---- ledger ----
good 0 ledger "$model" "$picture" --rules "$rules"; has out "lost to"; has out "output to input"; has out "bias"
good 0 ledger "$model" "$picture" --rules "$rules" --json
json "list(d) == ['lrpscope', 'model', 'warnings', 'rows', 'total'] and len(d['rows']) == 12"
json "all(list(r)[:6] == ['index', 'name', 'in', 'out', 'causes', 'flags'] for r in d['rows'])"
json "all(abs(r['in'] - r['out'] - sum(r['causes'].values())) < 1e-7 for r in d['rows'] + [d['total']])"
json "all(abs(r['causes']['other']) < 1e-5 for r in d['rows']) and d['rows'][-1]['in'] == 1"
json "all(abs(a['in'] - b['out']) < 1e-6 for a, b in zip(d['rows'], d['rows'][1:]))"
good 0 explain "$model" "$picture" --rules "$rules" --json; json "len(d['ledger']) == 12 and d['ledger'][1]['causes']['bias'] > 0"
bad_check() { run "$@"; [ $code = 1 ] || fail "exit $code, not 1: $*"; has err "hard-swish"; has err "fail the model check"; }
bad_check ledger "$unsupported" "$picture"
good 0 ledger "$unsupported" "$picture" --skip-checks

# ---- custom rules, composites in full, registration by name ----
sources=$(cd "$demo/.." && pwd)
good 0 rules --rules "$sources/rules/signed-gamma.json"; has out "signed-gamma"
good 0 explain "$model" "$picture" --rules "$rules" --rules "$sources/rules/signed-gamma.json" --relevance own.npy
good 0 explain "$model" "$picture" --rules "$rules" --composite 'composite(global-type(convolution=generalized-gamma, dense=epsilon))' \
    --relevance table.npy
cmp -s work/own.npy work/table.npy || fail "a custom rule differs from the rule it writes out"
clear_work
good 0 composites --composite epsilon-plus-flat; has out "first-layer-type("; has out "convolution => flat"
good 0 composites --composite 'composite(global(zero), layer(9, flat))' --json; json "d['primitives'] == [{'global': 'zero'}, {'layer': '9', 'rule': 'flat'}]"
bad 2 "no-such" composites --composite no-such
echo '{"custom_rules": {"mine": {}}}' >c.json
bad 3 'c.json:1:27: rule mine: "groups"' rules --rules ../c.json
printf '{"lrpscope": 1,\n "colour": "red",\n "heatmap": {"gama": 2}}' >c.json
good 0 rules --rules ../c.json; has err 'c.json:2:12: unknown key "colour" (kept)'; has err 'c.json:3:22: unknown key "heatmap.gama" (kept)'
good 0 rules --rules ../c.json -q; [ -s err ] && fail "-q: $(cat err)"
printf '{"lrpscope": 1,\n "composite": 1}' >c.json
bad 3 'c.json:2:15: "composite": a composite is a text, or a list' rules --rules ../c.json
printf '{"lrpscope": 1,\n "rules": 3}' >c.json
bad 3 'c.json:2:11: "rules": a list' rules --rules ../c.json
good 0 layers "$model" --support-layer hard-swihs --support-activation sotfplus
has err 'registered layer hard-swihs: there is none of that name, type or pattern (nearest: hard-swish'
has err 'registered activation sotfplus: there is none of that name, type or pattern (nearest: softplus'
good 0 layers "$model" --support-layer hard-swish --support-layer '/features/*' --support-activation HardSwish --support-layer Einsum
[ -s err ] && fail "names that mean something: $(cat err)"
good 0 layers "$model" --composite 'composite(global-type(convolutoin=flat, dense=zero, rnn=zero))'
has err 'composite: no layer is of type convolutoin (nearest: convolution'
good 0 layers "$unsupported" --support-activation hard-swish --no-fuse; has out "zero (fallback)"
good 0 layers "$unsupported" --support-activation hard-swish --no-fuse --json
json "any(l['type'] == 'hard-swish' and l['rule_source'] == 'fallback' and 'R_in = a * J^T s' in l['fallback'] for l in d['layers'])"
json "[l['fallback'] for l in d['layers'] if l['type'] in ('convolution', 'dense')] == [''] * sum(l['type'] in ('convolution', 'dense') for l in d['layers'])"
bad 2 "composite, character 23: unknown rule z-bix" explain "$model" "$picture" --composite 'composite(global-type(a=z-bix))'
good 1 check "$unsupported" --support-activation '/features/features.5/*'; has out "1 of 12 layers fail"

# ---- convert ----
good 0 convert "$model" vgg.json; exists vgg.json vgg.safetensors
good 0 layers vgg.json; cp out json.layers; good 0 layers "$model"
[ "$(head -13 out)" = "$(head -13 json.layers)" ] || fail "the converted model has other layers"
good 0 explain "$model" "$picture" --rules "$rules" --relevance a.npy; good 0 explain vgg.json "$picture" --rules "$rules" --relevance b.npy
cmp -s work/a.npy work/b.npy || fail "the converted model explains otherwise"
good 0 convert vgg.json again.json; good 0 explain again.json "$picture" --rules "$rules" --relevance c.npy
cmp -s work/a.npy work/c.npy || fail "a model converted twice explains otherwise"
clear_work
bad 2 "must end in .json" convert "$model" vgg.onnx
bad 3 "cannot be written" convert "$model" nowhere/vgg.json

# ---- a file that is cut off while it is open ----
if command -v python3 >/dev/null; then
    python3 - <<'PY'
import json, struct
n = 1 << 21 # 8 MB of weights: more than is read ahead of what is used
head = json.dumps({"w": {"dtype": "F32", "shape": [2, n // 2], "data_offsets": [0, 4 * n]}}).encode()
open("work/big.safetensors", "wb").write(struct.pack("<Q", len(head)) + head + bytes(4 * n))
open("work/big.json", "w").write('{"lrpscope_model": 1, "input": [1, 2], "weights": "big.safetensors", "layers": [{"type": "dense", "weight": "w"}]}')
PY
    mkfifo pipe
    (cd work && exec "$binary" run big.json - <../pipe >../out 2>../err) &
    reader=$!
    exec 9>pipe
    sleep 1 # the model is open, the input is waited for
    truncate -s 4096 work/big.safetensors
    printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}" >&9
    printf '\0\0\200\077\0\0\200\077' >&9
    exec 9>&-
    wait $reader
    code=$? checks=$((checks + 1))
    [ $code = 3 ] || fail "exit $code, not 3, for a file that was cut off: $(cat err)"
    has err "big.safetensors"; has err "cut off"
    clear_work
fi

# ---- compare ----
echo '{"lrpscope": 1, "composite": "epsilon-plus"}' >a.json; echo '{"lrpscope": 1, "composite": "zero"}' >b.json
good 0 compare "$model" "$picture" --rules ../a.json --rules ../b.json --heatmap d.png; has out "correlation"; exists d.png
# the inspector exports what it shows: the difference is the same picture, a channel another one than the sum over them
printf ':wait-idle\nj\n:wait-idle\n:export all.png\n}\n:wait-idle\n:export channel.png\n{\nk\n:wait-idle\nD\n:composite zero\n:wait-idle\n:preview compare\n:wait-idle\n:export shown.png\n' >keys.script
good 0 "$model" "$picture" --rules ../a.json --script ../keys.script; exists all.png channel.png shown.png
cmp -s work/shown.png work/d.png || fail "the exported difference is not the one that compare writes"
cmp -s work/channel.png work/all.png && fail "the exported channel is the sum over all channels"
clear_work
# everything at once: a heatmap per layer, the sheet, the report, as explain would write them
printf ':wait-idle\n:export-all everything\n' >keys.script
good 0 "$model" "$picture" --script ../keys.script; exists everything/000-input.png everything/sheet.png everything/report.json
[ "$(ls work/everything | wc -l)" = 15 ] || fail "13 layers, a sheet and a report: $(ls work/everything)"
good 0 explain "$model" "$picture" --rules "$rules" --heatmap input.png --sheet sheet.png --report report.json
cmp -s work/input.png work/everything/000-input.png || fail "the exported heatmap is not the one that explain writes"
cmp -s work/sheet.png work/everything/sheet.png || fail "the exported sheet is not the one that explain writes"
if command -v python3 >/dev/null; then
    python3 -c "
import json; d = json.load(open('work/everything/report.json'))
assert len(d['files']) == 15 and len(d['layers']) == 12 and len(d['samples']) == 1, d
r = json.load(open('work/report.json'))
assert len(d['ledger']) >= 12 and d['ledger'] == r['ledger'], (d['ledger'], r['ledger'])" || fail "the exported report"
fi
clear_work
# a rules file that nobody named may not load plugins: they are programs
mkdir work/model; cp "$model" work/model/m.onnx
echo '{"lrpscope": 1, "plugins": ["none.so"]}' >work/model/m.lrpscope.json; printf ':wait-idle\n' >keys.script
run model/m.onnx --script ../keys.script
[ $code = 2 ] || fail "exit $code, not 2: plugins of a rules file that nobody named"
has err "it loads plugins, which a rules file that nobody named may not"
run check model/m.onnx --rules model/m.lrpscope.json; has err "none.so"
clear_work
good 0 compare "$model" "$picture" --rules ../a.json --rules ../a.json --json
json "[s['name'] for s in d['samples'][0]['settings']] == ['../a.json', '../a.json']"
json "all(s['correlation'] == 1 and s['largest_difference'] == 0 for s in d['samples'][0]['settings'])"
good 0 compare "$model" "$picture" --rules ../a.json --rules ../b.json --at first --json
json "-1 <= d['samples'][0]['settings'][1]['correlation'] < 1 and d['samples'][0]['settings'][1]['largest_difference'] > 0"
good 0 compare "$model" "$picture" --conventions --json
json "[s['name'] for s in d['samples'][0]['settings']] == ['julia', 'zennit', 'captum', 'pr26', 'lxt']"
good 0 compare "$model" "$picture" --conventions --convention zennit; has out "zennit"
bad 2 "no layer matches nosuch" compare "$model" "$picture" --conventions --at nosuch
bad_check compare "$unsupported" "$picture" --conventions
# pull request 26 knows no relu that stands alone: the other conventions are compared all the same
printf '{"lrpscope_model": 1, "input": [1, 1, 2, 2], "layers": [{"type": "relu"}, {"type": "flatten"},
    {"type": "dense", "weight": [[1, 2], [3, 4], [5, 6], [7, 8]]}]}' >relu.json
good 0 compare ../relu.json "$picture" --conventions; has out "pr26     fails the model check"; has out "captum   "
good 0 compare ../relu.json "$picture" --conventions --json
json "d['samples'][0]['settings'][3] == {'name': 'pr26', 'refused': 'the model check fails'} and d['samples'][0]['settings'][2]['correlation'] > .99"

# ---- the inspector without a terminal ----
good 0 "$model" "$picture" --rules "$rules"; has out "sum R"; has err "explain"
[ "$(wc -l <err)" -eq 1 ] || fail "one line on stderr names explain"
cp out named_rules
good 0 "$model" "$picture"; has err "rules of $rules" # the inspector finds it by itself
cmp -s out named_rules || fail "the rules file beside the model is not taken"
good 0 "$model" "$picture" -q; ! grep -q "rules of" err || fail "-q still names the rules file"
good 1 "$unsupported" "$picture"; has out "hard-swish"; has err "explain"
[ "$(wc -l <err)" -eq 1 ] || fail "one line on stderr names explain"

echo "$checks runs, $failures failures"
[ $failures = 0 ]
