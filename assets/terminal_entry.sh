#!/bin/sh
# terminal_entry.sh: prints the two tables of src/tui/run/terminal_entry.c: ncurses' own entry of xterm-256color, and the same with
# colours given as red, green and blue, each compiled and in base64 as the variable TERMINFO takes it. Needs infocmp and tic (ncurses-bin).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
infocmp -x xterm-256color >"$folder/plain"
direct='%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,'
sed -e '/^#/d' -e 's/^xterm-256color|[^,]*,/lrpscope-direct|xterm with direct colours,/' -e 's/colors#0x100,/colors#0x1000000,/' -e 's/ccc, //' \
    -e '/^\tinitc=/d' -e 's/ oc=[^,]*,//' -e '/^\tsetaf=/d' -e '/^\tsetab=/d' "$folder/plain" >"$folder/direct"
printf '\tsetaf=\\E[%%?%s\n\tsetab=\\E[%%?%s\n\tRGB,\n' "$direct" "$(echo "$direct" | sed 's/%t3/%t4/; s/%e38/%e48/')" >>"$folder/direct"
tic -x -o "$folder/compiled" "$folder/direct"
for type in xterm-256color lrpscope-direct; do
    [ $type = xterm-256color ] && unset TERMINFO || export TERMINFO="$folder/compiled"
    echo "/* $type */"
    infocmp -x -Q2 -q $type | tr -d '\n' | fold -w 112 | sed 's/.*/    "&",/'
    echo
done
