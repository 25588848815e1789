#!/bin/sh
# A stranger's view: installs into a fresh prefix, builds a program against it by pkg-config and by find_package, and builds and
# runs the examples and plugins that came along.
# install.sh BUILD_FOLDER C_COMPILER EXTRA_FLAGS
set -eu
build=$1 compiler=$2 flags=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/usr" >"$work/log" || { cat "$work/log"; exit 1; }
cat >"$work/stranger.c" <<'C'
#include <stdio.h>

#include "lrpscope/session.h"

int main(int argc, char **argv) {
    struct lrp_model *model = NULL;
    struct lrp_error err;
    if (argc > 1 && lrp_model_open(argv[1], &model, &err) == LRP_OK)
        printf("unexpected: opened %s\n", argv[1]);
    lrp_model_release(model);
    puts(lrp_version());
    return 0;
}
C
for header in "$work"/usr/include/lrpscope/*.h; do
    echo "#include \"lrpscope/${header##*/}\"" >"$work/alone.c"
    echo "extern int lrp_alone;" >>"$work/alone.c"
    "$compiler" -std=c17 -Wall -Wextra -Wpedantic -Werror -I"$work/usr/include" -fsyntax-only "$work/alone.c"
done

pc=$(find "$work/usr" -name lrpscope.pc)
PKG_CONFIG_PATH=${pc%/*}
export PKG_CONFIG_PATH
library=${pc%/pkgconfig/*}
export LD_LIBRARY_PATH="$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# the shared library: named by its major version, it exports what the headers declare and nothing else
shared=$(ls "$library"/liblrpscope.so.*.*.*)
readelf -d "$shared" | grep -q 'SONAME.*\[liblrpscope[.]so[.][0-9]*\]'
nm -D --defined-only "$shared" | awk '$2 == "T" {sub("@.*", "", $3); print $3}' | sort >"$work/exported"
for header in "$work"/usr/include/lrpscope/*.h; do
    echo "#include \"lrpscope/${header##*/}\""
done >"$work/every.c"
if "$compiler" --version | grep -qi 'free software foundation'; then # gcc lists what a file declares
    "$compiler" -std=c17 -I"$work/usr/include" -aux-info "$work/every.X" -fsyntax-only "$work/every.c"
    sed -n 's/^.*include\/lrpscope\/.*[*]\/ extern [^(]*[ *]\(lrp_[a-z0-9_]*\) (.*/\1/p' "$work/every.X" |
        grep -vx lrp_plugin_main | sort -u >"$work/declared"
    diff "$work/declared" "$work/exported"
fi
"$compiler" $flags -o "$work/by-pkg-config" "$work/stranger.c" $(pkg-config --cflags --libs lrpscope)
test "$("$work/by-pkg-config" /dev/null)" = "$(pkg-config --modversion lrpscope)"
"$compiler" $flags -o "$work/statically" "$work/stranger.c" $(pkg-config --cflags lrpscope) "$library/liblrpscope.a" \
    $(pkg-config --static --libs lrpscope)
test "$("$work/statically" /dev/null)" = "$(pkg-config --modversion lrpscope)"

# the headers, all of them, from C++ too
if command -v c++ >/dev/null; then
    for header in "$work"/usr/include/lrpscope/*.h; do
        echo "#include <lrpscope/${header##*/}>"
    done >"$work/stranger.cc"
    echo 'int main() { return lrp_rule_at(nullptr, 0) == nullptr; }' >>"$work/stranger.cc"
    c++ -std=c++17 -Wall -Wextra -Werror $flags -o "$work/from-c++" "$work/stranger.cc" $(pkg-config --cflags --libs lrpscope)
    "$work/from-c++"
fi

cat >"$work/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.20)
project(stranger LANGUAGES C)
find_package(lrpscope 0.1 REQUIRED)
add_executable(by-cmake stranger.c)
target_link_libraries(by-cmake PRIVATE lrpscope::lrpscope)
C
generator=$(sed -n "s/^CMAKE_GENERATOR:INTERNAL=//p" "$build/CMakeCache.txt") # what built this is there
cmake -S "$work" -B "$work/build" -G "$generator" -DCMAKE_PREFIX_PATH="$work/usr" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_C_FLAGS="$flags" \
    >"$work/log" 2>&1 && cmake --build "$work/build" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
test "$("$work/build/by-cmake" /dev/null)" = "$(pkg-config --modversion lrpscope)"

# the Python module, on the installed library
if /usr/bin/python3 -c 'import numpy' 2>/dev/null && [ -z "$flags" ]; then
    LRPSCOPE_LIBRARY=$shared PYTHONPATH=$(dirname "$(find "$work/usr" -name lrpscope.py)") PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c \
        'import lrpscope, sys; print(len(lrpscope.open(sys.argv[1]).layers()))' "$work/usr/share/lrpscope/demo/vgg.onnx" >"$work/out"
    test "$(cat "$work/out")" = 13
fi

# ---- the examples, from where they were installed to ----
for page in man1/lrpscope.1 man5/lrpscope-rules.5 man5/lrpscope-model.5 man7/lrpscope-lrp.7 man7/lrpscope-internals.7; do
    for part in '^[.]TH [^ ]* [157] 20[0-9][0-9]-[01][0-9]-[0-3][0-9] ' '^[.]SH BUGS' '^[.]SH SEE ALSO'; do
        grep -q "$part" "$work/usr/share/man/$page" || { echo "man page $page has no $part"; exit 1; }
    done
done
lrpscope=$work/usr/bin/lrpscope examples=$work/usr/share/doc/lrpscope/examples demo=$work/usr/share/lrpscope/demo
settings=$demo/vgg.lrpscope.json
fail() {
    echo "FAILED: $*"
    [ ! -f "$work/out" ] || cat "$work/out"
    exit 1
}
run() { # run CODE PROGRAM ARGUMENT...: its output is in $work/out
    want=$1 code=0
    shift
    "$@" >"$work/out" 2>"$work/err" || code=$?
    [ "$code" = "$want" ] || fail "exit $code, not $want: $*: $(cat "$work/err")"
}
has() {
    grep -qxF -e "$1" "$work/out" || fail "no line '$1'"
}
count=0
for source in "$examples"/*.c; do
    name=${source##*/}
    "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror $flags -o "$work/${name%.c}" "$source" \
        $(pkg-config --cflags --libs lrpscope) || fail "$name does not build"
    count=$((count + 1))
done
[ $count = 4 ] || fail "$count examples, not 4"
for source in "$examples"/plugins/*.c; do
    name=${source##*/}
    "$compiler" -shared -fPIC -Wall -Wextra -Werror $(pkg-config --cflags lrpscope) -o "$work/${name%.c}.so" "$source" || fail "$name does not build"
done

run 0 "$work/check" "$demo/vgg.onnx"; has "all 12 layers pass"
run 1 "$work/check" "$demo/vgg-unsupported.onnx"; has "2 of 12 layers fail"
[ "$(grep -c '^layer .*: activation hard-swish is not supported; remedy: ' "$work/out")" = 2 ] || fail "hard-swish is not named twice"
run 0 "$work/check" "$demo/vgg-unsupported.onnx" hard-swish; has "all 12 layers pass"
run 2 "$work/check" "$demo/missing.onnx"

# what is in the picture is its file's name; pixels come largest first; the heatmap is that of the command line
for picture in "$demo"/*.png; do
    name=${picture##*/}
    run 0 "$work/explain" "$demo/vgg.onnx" "$picture" "$settings" "$work/heatmap.png"
    grep -q "^class [0-9] ${name%.png}  output " "$work/out" || fail "$name is taken for something else"
    grep '^pixel ' "$work/out" | awk '{print $3}' >"$work/pixels"
    [ "$(wc -l <"$work/pixels")" = 5 ] && sort -gr -c "$work/pixels" || fail "the strongest pixels are not sorted"
    "$lrpscope" explain "$demo/vgg.onnx" "$picture" --rules "$settings" --heatmap "$work/same.png" >/dev/null
    cmp "$work/heatmap.png" "$work/same.png" || fail "heatmaps of $name differ"
done
run 3 "$work/explain" "$demo/vgg.onnx" "$demo/labels.txt" "$settings" "$work/heatmap.png"

# z-plus without biases hands on all it gets, layer by layer; nothing but the rule's own layers and zero on max-pools takes part
run 0 "$work/step" "$demo/vgg.onnx" "$demo/boot.png" 'z-plus(bias=off)' "$settings"
awk '{for (i = 1; i <= NF; i++) if ($i == "sum") {rows++; if ($(i + 1) < 0.9999 || $(i + 1) > 1.0001) bad = 1}}
    END {exit bad || rows != 13}' "$work/out" || fail "relevance is lost or made on the way"
run 2 "$work/step" "$demo/vgg.onnx" "$demo/boot.png" no-such-rule "$settings"

# a = (1,2): z = (1*1+2*3, 1*2+2*4) = (7,10), doubled (14,20); of output 1 the inputs have 1*2/10 and 2*4/10
echo '{"lrpscope_model": 1, "input": [1, 2], "layers": [{"type": "dense", "weight": [[1, 2], [3, 4]], "bias": [0, 0]},
    {"type": "my-doubling-layer"}]}' >"$work/double.json"
run 0 "$work/add_operator" "$work/double.json" "$work/doubling.so" my-doubling-layer 1 2
has "alone: layer 2 does not run, check: unknown"
has "with the plugin: layer 2 runs, check: registered"
has "output: 14 20"
has "relevance: 0.2 0.8"
run 3 "$work/add_operator" "$work/double.json" "$work/out" my-doubling-layer 1 2

# ---- the rules files ----
for rules in "$work"/usr/share/lrpscope/rules/*.json; do
    run 0 "$lrpscope" explain "$demo/vgg.onnx" "$demo/boot.png" --rules "$settings" --rules "$rules"
done
run 0 "$lrpscope" explain "$demo/vgg.onnx" "$demo/boot.png" --rules "$settings" \
    --rules "$work/usr/share/lrpscope/rules/excite-inhibit.json" --relevance "$work/custom.npy"
run 0 "$lrpscope" explain "$demo/vgg.onnx" "$demo/boot.png" --rules "$settings" \
    --composite 'composite(global-type(convolution=alpha-beta(2,1), dense=epsilon))' --relevance "$work/built-in.npy"
cmp "$work/custom.npy" "$work/built-in.npy" || fail "excite-inhibit is not alpha-beta(2,1)"
echo "installed, found by pkg-config and find_package; examples, plugins and rules files work"
