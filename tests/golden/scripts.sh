#!/bin/sh
# Plays scripts of keys on the demo models and looks at what they dumped. sh tests/golden/scripts.sh BINARY [NAME...]
#
# A script's first line is "# MODEL OPTION..." (files in assets/demo); a line "#= FILE TEXT" says that FILE, which the script dumps,
# must hold TEXT once it is played, "#! FILE TEXT" that it must not.
set -eu
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
shift
here=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LC_ALL=C.UTF-8 XDG_STATE_HOME="$folder/state" XDG_CONFIG_HOME="$folder/config"
[ $# -gt 0 ] || set -- $(cd tests/golden/scripts && ls ./*.script | sed 's/.*\///; s/\.script$//')
failed=0
for name; do
    script=$here/tests/golden/scripts/$name.script
    rm -rf "$folder/run"
    mkdir "$folder/run"
    options=$(sed -n '1s/^# //p' "$script")
    # shellcheck disable=SC2086 # options are words
    if ! (cd "$folder/run" && ln -s "$here/assets/demo" demo && "$binary" $options --script "$script"); then
        echo "FAILED $name: cannot be played" >&2
        failed=$((failed + 1))
        continue
    fi
    grep '^#[=!] ' "$script" >"$folder/wanted"
    while read -r how file text; do
        if grep -Fq -- "$text" "$folder/run/$file"; then found='#='; else found='#!'; fi
        [ "$how" = "$found" ] && continue
        echo "FAILED $name: $file: $how $text" >&2
        failed=$((failed + 1))
    done <"$folder/wanted"
done
echo "$# scripts, $failed failures"
[ "$failed" -eq 0 ]
