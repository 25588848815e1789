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
good 0 run maxout.json small.npy --plugin "$plug" --output y.npy; near y.npy 5 2
good 0 explain maxout.json small.npy --plugin "$plug" --composite zero --target 0 --relevance r.npy; near r.npy .2 .8
good 0 explain maxout.json small.npy --plugin "$plug" --target 0 --relevance r.npy; near r.npy .2 .8 # where no primitive covers it, too
npy far.npy 1 3
good 0 explain maxout.json far.npy --plugin "$plug" --composite 'epsilon(1e-9)' --target 0 --relevance r.npy; near r.npy .1428571 .8571429

# ---- what misbehaves is named, and why ----
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
plug=$plugins/plugin_wrong_VJP.so; bad 4 "vjp gives numbers that are not finite" explain double.json x.npy --plugin "$plug" --method gradient -q
plug=$plugins/plugin_wrong_NOTHING.so; bad 3 "it is none" check double.json --plugin "$plug"
plug=nowhere.so; bad 3 "cannot be loaded" check double.json --plugin "$plug"
plug=double.json; bad 3 "cannot be loaded" check double.json --plugin "$plug"
plug=$plugins/plugin_doubling.so
cp "$plug" copy.so; ln -s copy.so link.so
good 0 check double.json --plugin copy.so --plugin ./link.so --plugin "$PWD/copy.so" --support-layer my-doubling-layer
good 0 check double.json --plugin "$plug" --plugin "$plug" --support-layer my-doubling-layer

echo "$checks runs, $failures failures"
[ $failures = 0 ]
