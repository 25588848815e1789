#!/bin/sh
# test_doxygen.sh DOXYFILE HEADERS: the public library's reference builds without a warning, and a header that lacks a comment would
# not pass. Skipped (77) without Doxygen.
set -eu
doxyfile=$1 headers=$2
command -v doxygen >/dev/null || { echo "doxygen is missing: skipped"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}
count=$(ls "$headers"/*.h | wc -l)
[ "$count" -le 18 ] || fail "$count public headers: 18 are enough"

doxygen "$doxyfile" >"$work/log" 2>&1 || { cat "$work/log"; fail "warnings"; }
html=$(sed -n 's/^OUTPUT_DIRECTORY *= //p' "$doxyfile")/html
functions=$(cat "$headers"/*.h | grep -v -e '^#' -e '^static' | sed -n 's/^[a-z][a-z_ ]*[ *]\(lrp_[a-z0-9_]*\)(.*/\1/p')
[ "$(echo "$functions" | wc -l)" -gt 100 ] || fail "not even 100 functions were found: $functions"
for function in $functions; do
    grep -q ">$function</[ab]> *(" "$html"/*_8h.html || fail "$function is not in the reference"
done

grep -q 'lrp_session_set_input' "$html/walk.html" || fail "the page that walks from a model to a PNG does not show the example"

# what must not pass: no comment in front of a function, none behind a member
for wrong in 'void lrp_without_comment(void);' '/* A pair. */ struct lrp_pair {int first; /* of two */
int second_without_comment;};'; do
    rm -rf "$work/wrong"
    mkdir "$work/wrong"
    cp "$headers/error.h" "$work/wrong"
    printf '/* wrong.h: a header that is not documented. */\n#include "lrpscope/error.h"\n\n%s\n' "$wrong" >"$work/wrong/wrong.h"
    if { cat "$doxyfile"; echo "INPUT = $work/wrong"; echo "OUTPUT_DIRECTORY = $work/wrong"; } | doxygen - >"$work/log" 2>&1; then
        fail "this passes: $wrong"
    fi
    grep -q 'without_comment.*is not documented' "$work/log" || { cat "$work/log"; fail "something else was wrong with: $wrong"; }
done
echo "$count headers, $(echo "$functions" | wc -l) functions"
