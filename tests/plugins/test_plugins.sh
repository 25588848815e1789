#!/bin/sh
# test_plugins.sh BINARY PLUGINS: the worked examples give the numbers worked out by hand, and what misbehaves is named.
binary=$(realpath "$1") plugins=$2
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
failures=0 checks=0
fail() { failures=$((failures + 1)); echo "FAILED: $*"; }

# npy FILE NUMBER...: one row of float32
npy() {
    file=$1
    shift
    python3 - "$file" "$@" <<'PY'
import struct, sys
numbers = [float(x) for x in sys.argv[2:]]
head = ("{'descr': '<f4', 'fortran_order': False, 'shape': (1, %d)}" % len(numbers)).ljust(117) + "\n"
open(sys.argv[1], "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack("<%df" % len(numbers), *numbers))
PY
}
# near FILE NUMBER...: the array holds these, to 1e-5 (1e-3 relative for differences)
near() {
    python3 - "$@" <<'PY' || fail "$*"
import struct, sys
data = open(sys.argv[1], "rb").read()
start = 10 + struct.unpack("<H", data[8:10])[0]
got = struct.unpack("<%df" % ((len(data) - start) // 4), data[start:])
want = [float(x) for x in sys.argv[2:]]
print(got) if len(got) != len(want) or any(abs(a - b) > 1e-3 * max(1, abs(b)) for a, b in zip(got, want)) else None
sys.exit(len(got) != len(want) or any(abs(a - b) > 1e-3 * max(1, abs(b)) for a, b in zip(got, want)))
PY
}
run() {
    checks=$((checks + 1))
    "$binary" "$@" </dev/null >out 2>err
    code=$?
}
good() { want=$1; shift; run "$@"; [ $code = "$want" ] || fail "exit $code, not $want: $*: $(cat err)"; }
bad() {
    want=$1 text=$2
    shift 2
    run "$@"
    [ $code = "$want" ] || fail "exit $code, not $want: $*"
    [ "$(wc -l <err)" -eq 1 ] || fail "$(wc -l <err) lines on stderr: $*: $(cat err)"
    grep -qF -e "$text" err || fail "'$text' is not in: $(cat err)"
    grep -qF -e "$(basename "$plug")" err || fail "the plugin is not named: $(cat err)"
}
# pixels FILE: "R,G,B" of every pixel of an 8-bit RGB picture
pixels() {
    python3 - "$1" <<'PY'
import struct, sys, zlib
data, at, body = open(sys.argv[1], "rb").read(), 8, b""
while at < len(data):
    length, kind = struct.unpack(">I4s", data[at:at + 8])
    part = data[at + 8:at + 8 + length]
    if kind == b"IHDR": width, height, depth, colour = struct.unpack(">IIBB", part[:10])
    if kind == b"IDAT": body += part
    at += length + 12
assert (depth, colour) == (8, 2), (depth, colour)
raw, stride, before = zlib.decompress(body), 3 * width, [0] * 3 * width
for y in range(height):
    how, row = raw[y * (stride + 1)], list(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
    for i in range(stride):
        left, up, corner = (row[i - 3] if i > 2 else 0), before[i], (before[i - 3] if i > 2 else 0)
        guess = left + up - corner
        paeth = min((left, up, corner), key=lambda v: abs(guess - v))
        row[i] = (row[i] + [0, left, up, (left + up) // 2, paeth][how]) % 256
    print(*("%d,%d,%d" % tuple(row[3 * x:3 * x + 3]) for x in range(width)), end=" ")
    before = row
PY
}
# shows FILE PIXEL...: the picture has just these
shows() {
    file=$1
    shift
    [ "$(pixels "$file")" = "$* " ] || fail "$file: $(pixels "$file"), not $*"
}
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }

npy x.npy 1 -2 4
npy small.npy 1 2
echo '{"lrpscope_model": 1, "input": [1, 3], "layers": [{"type": "my-doubling-layer"}]}' >double.json
echo '{"lrpscope_model": 1, "input": [1, 3], "layers": [{"type": "my-hard-swish"}]}' >swish.json
# pieces [[1,2]], [[3,1]] and, for output 1, [[0,1]], [[-1,-1]]: x = (1,2): 5 and 5 (the first wins), 2 and -3
echo '{"lrpscope_model": 1, "input": [1, 2], "layers": [{"type": "maxout", "weight": [[[1,2],[0,1]], [[3,1],[-1,-1]]]}]}' >maxout.json

# ---- the worked examples ----
plug=$plugins/plugin_doubling.so
good 1 check double.json
good 1 check double.json --plugin "$plug" # it runs now, but is not registered
good 0 check double.json --plugin "$plug" --support-layer my-doubling-layer
good 0 run double.json x.npy --plugin "$plug" --output y.npy; near y.npy 2 -4 8
good 0 explain double.json x.npy --plugin "$plug" --skip-checks --target 2 --relevance r.npy; near r.npy 0 0 1
good 0 explain double.json x.npy --plugin "$plug" --method gradient --target 1 --relevance g.npy; near g.npy 0 2 0
good 0 ops --plugin "$plug"; grep -q my-doubling-layer out || fail "ops does not list the plugin's operator"
echo "{\"lrpscope\": 1, \"plugins\": [\"$plug\"], \"supported_layers\": [\"my-doubling-layer\"]}" >rules.json
good 0 check double.json --rules rules.json

# hard-swish: x min(max(x/6 + 1/2, 0), 1): 1 * 2/3, -2 * 1/6, 4 * 1; slope x/3 + 1/2 inside: 5/6, -1/6, 1
plug=$plugins/plugin_hard_swish.so
good 0 run swish.json x.npy --plugin "$plug" --output y.npy; near y.npy .6666667 -.3333333 4
good 0 explain swish.json x.npy --plugin "$plug" --method gradient --target 0 --relevance g.npy; near g.npy .8333333 0 0
good 0 explain swish.json x.npy --plugin "$plug" --method gradient --target 1 --relevance g.npy; near g.npy 0 -.1666667 0
# R_in = x f'(x)/f(x): 1 * (5/6) / (2/3)
good 0 explain swish.json x.npy --plugin "$plug" --skip-checks --target 0 --relevance r.npy; near r.npy 1.25 0 0

# maxout: z = (5, 2); R = 1 at output 0: (1*1, 2*2)/5 by its own rule, and by differences too
plug=$plugins/plugin_maxout.so
good 0 check maxout.json --plugin "$plug"
good 0 layers maxout.json --plugin "$plug" --composite zero --json
grep -qF 'overridden by plugin_maxout.so' out || fail "it is not said that the plugin overrides the rule"
good 0 layers maxout.json --plugin "$plug" --composite zero
grep -qF '  overridden by plugin_maxout.so' out || fail "the table does not say that the plugin overrides the rule"
good 0 layers maxout.json --plugin "$plug" --composite epsilon --json
grep -qF 'overridden' out && fail "another rule is said to be overridden"
good 0 run maxout.json small.npy --plugin "$plug" --output y.npy; near y.npy 5 2
good 0 explain maxout.json small.npy --plugin "$plug" --composite zero --target 0 --relevance r.npy; near r.npy .2 .8
good 0 explain maxout.json small.npy --plugin "$plug" --target 0 --relevance r.npy; near r.npy .2 .8 # where no primitive covers it, too
npy far.npy 1 3
good 0 explain maxout.json far.npy --plugin "$plug" --composite 'epsilon(1e-9)' --target 0 --relevance r.npy; near r.npy .1428571 .8571429

# colour maps: relevance 0 0 1 is 2 x 2 cells, the last one blank; zero is (.96 .96 .96), the most (0 .24 .19) times 255
plug=$plugins/plugin_palettes.so
good 0 colormaps --plugin "$plug"
grep -q '^brown-teal  *diverging  *brown, light grey, teal$' out || fail "brown-teal is not listed"
grep -q '^greens  *sequential  *white, green, dark green$' out || fail "greens is not listed"
good 0 colormaps --plugin "$plug" --json; grep -q '"brown-teal"' out || fail "brown-teal is not in the JSON list"
good 0 colormaps; grep -q 'greens' out && fail "a map is there without its plugin"
coloured="double.json x.npy --plugin $plugins/plugin_doubling.so --plugin $plug --skip-checks --target 2"
good 0 explain $coloured --colormap brown-teal --size-factor 1 --heatmap h.png --report r.json; shows h.png 245,245,245 245,245,245 0,61,48 245,245,245
grep -q '"colormap":[[:space:]]*"brown-teal"' r.json || fail "the report does not name the colour map"
good 0 explain $coloured --colormap greens --size-factor 1 --heatmap h.png; shows h.png 255,255,255 255,255,255 0,69,26 255,255,255
echo "{\"lrpscope\": 1, \"heatmap\": {\"colormap\": \"greens\"}, \"plugins\": [\"$plugins/plugin_doubling.so\", \"$plug\"]}" >map.json
good 0 explain double.json x.npy --rules map.json --skip-checks --target 2 --size-factor 1 --heatmap h2.png --sheet s.png
cmp -s h.png h2.png || fail "a rules file gives another heatmap"
good 2 explain double.json x.npy --plugin "$plugins/plugin_doubling.so" --skip-checks --colormap greens --heatmap none.png
grep -q "colormap 'greens' is unknown" err || fail "$(cat err)"
good 2 explain $coloured --colormap gree --heatmap none.png; grep -q 'jet, brown-teal, greens' err || fail "$(cat err)"
# in the inspector: completed; next of all, behind the last the first; kept in what it writes. A vector's own preview is bars
cat >keys <<'KEYS'
:wait-idle
<Esc>:set<Space>colormap<Space>brown<Tab><CR>
:wait-idle
:dump-state named
c
:wait-idle
:dump-state next
c
:wait-idle
:dump-state first
:set colormap greens
:preview channels
:wait-idle
:dump shown.svg
:write written.json
KEYS
good 0 $coloured --color direct --script keys
for pair in named=brown-teal next=greens first=seismic; do
    grep -q "\"colormap\":[[:space:]]*\"${pair#*=}\"" "${pair%=*}" || fail "the inspector has another colour map: $pair: $(grep colormap "${pair%=*}")"
done
grep -qi '#00451a' shown.svg || fail "the inspector does not draw in greens"
good 0 explain double.json x.npy --rules written.json --size-factor 1 --heatmap h3.png
cmp -s h.png h3.png || fail "what the inspector wrote gives another heatmap"

# structs that were shorter, or are longer, than this version's
echo '{"lrpscope_model": 1, "input": [1, 3], "layers": [{"type": "my-tripling-layer", "factor": 5}]}' >triple.json
plug=$plugins/plugin_first_version.so
good 0 run triple.json x.npy --plugin "$plug" --output y.npy; near y.npy 5 -10 20
good 0 explain triple.json x.npy --plugin "$plug" --composite zero --target 2 --relevance r.npy; near r.npy 0 0 .5
good 0 explain triple.json x.npy --plugin "$plug" --method gradient --target 0 --relevance g.npy; near g.npy 5 0 0
plug=$plugins/plugin_later_version.so
good 0 run double.json x.npy --plugin "$plug" --output y.npy; near y.npy 2 -4 8
good 0 colormaps --plugin "$plug"; grep -q '^blues  *sequential' out || fail "a longer struct's colour map is not listed"

# ---- what misbehaves is named, and why ----
plug=$plugins/plugin_wrong_OLD.so; bad 3 "use a newer one" check double.json --plugin "$plug"
map() { plug=$plugins/plugin_wrong_MAP_$1.so; bad 3 "$2" colormaps --plugin "$plugins/plugin_palettes.so" --plugin "$plug"; }
map ORDER "colour map mine: stop 2: its position 1 is not above that of the stop before, 1"
map ONE "it has 1 stops; 2 to 256 are needed"
map MANY "stops; 2 to 256 are needed"
map NO_STOPS "it has 0 stops"
map NAN "stop 2: position, red, green and blue are numbers of 0 to 1"
map RANGE "stop 2: position"
map END "the first stop is to be at 0 and the last at 1, not at 0.5 and 1"
map MIDDLE "a diverging map needs a stop at 0.5"
map TAKEN "colour map seismic: there is one of that name already"
map TWICE "colour map mine: there is one of that name already"
map NAME "a name is small letters, digits and -"
map SUMMARY "its summary is not one line"
map SIZE "its size is not that of a struct lrp_plugin_colormap"
plug=$plugins/plugin_wrong_SYMBOL.so; bad 3 "no lrp_plugin_main" check double.json --plugin "$plug"
plug=$plugins/plugin_wrong_SIZE.so; bad 3 "older plugin.h" check double.json --plugin "$plug"
plug=$plugins/plugin_wrong_NAME.so; bad 3 "there is one of that name already" check double.json --plugin "$plug"
plug=$plugins/plugin_wrong_TWICE.so; bad 3 "there is one of that name already" check double.json --plugin "$plug"
plug=$plugins/plugin_wrong_ABI.so; bad 3 "lrp_plugin_main returned 5" check double.json --plugin "$plug"
plug=$plugins/plugin_wrong_RULE.so; bad 3 "groups" check double.json --plugin "$plug"
plug=$plugins/plugin_wrong_FORWARD.so; bad 4 "the moon is full" run double.json x.npy --plugin "$plug"
plug=$plugins/plugin_wrong_NAN.so; bad 4 "not finite" run double.json x.npy --plugin "$plug"
plug=$plugins/plugin_wrong_SHAPE.so; bad 4 "rank outside" run double.json x.npy --plugin "$plug"
plug=$plugins/plugin_wrong_LEFT_OUT.so; bad 4 "leaves elements out" run double.json x.npy --plugin "$plug"
plug=$plugins/plugin_wrong_PAST.so; bad 4 "forward writes past the end of its output" run double.json x.npy --plugin "$plug"
plug=$plugins/plugin_wrong_PAST_VJP.so; bad 4 "vjp writes past the end of a gradient" explain double.json x.npy --plugin "$plug" --method gradient -q
plug=$plugins/plugin_wrong_INPUT.so; bad 4 "forward writes to its inputs" run double.json x.npy --plugin "$plug"
plug=$plugins/plugin_wrong_INPUT_VJP.so; bad 4 "vjp writes to what it may only read" explain double.json x.npy --plugin "$plug" --method gradient -q
plug=$plugins/plugin_wrong_INPUT_RULE.so; bad 4 "it writes to what it may only read" explain double.json x.npy --plugin "$plug" --composite mine --skip-checks -q
plug=$plugins/plugin_wrong_FAULT.so
run run double.json x.npy --plugin "$plug" 2>/dev/null
[ $code -ne 0 ] || fail "a plugin that crashes ends well"
grep -qF "lrpscope: plugin $plug: it crashed" err || fail "who crashed is not named: $(cat err)"
plug=$plugins/plugin_wrong_EXIT.so; bad 3 "it ended the program" run double.json x.npy --plugin "$plug"
plug=$plugins/plugin_wrong_VJP.so; bad 4 "vjp gives numbers that are not finite" explain double.json x.npy --plugin "$plug" --method gradient -q
plug=$plugins/plugin_wrong_NOTHING.so; bad 3 "it is none" check double.json --plugin "$plug"
plug=nowhere.so; bad 3 "cannot be loaded" check double.json --plugin "$plug"
plug=double.json; bad 3 "cannot be loaded" check double.json --plugin "$plug"
mkfifo pipe.so; plug=pipe.so; bad 3 "no regular file" check double.json --plugin "$plug"
head -c 9000 "$plugins/plugin_doubling.so" >cut.so
run check double.json --plugin cut.so 2>/dev/null
[ $code -ne 0 ] || fail "a plugin that is cut off ends well"
grep -qF "lrpscope: plugin cut.so: it c" err || fail "who is cut off is not named: $(cat err)"
plug=$plugins/plugin_doubling.so
cp "$plug" copy.so; ln -s copy.so link.so
good 0 check double.json --plugin copy.so --plugin ./link.so --plugin "$PWD/copy.so" --support-layer my-doubling-layer
good 0 check double.json --plugin "$plug" --plugin "$plug" --support-layer my-doubling-layer

echo "$checks runs, $failures failures"
[ $failures = 0 ]
