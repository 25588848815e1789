#!/bin/sh
# run.sh ONNX_BACKEND DATA OPTION...: runs all tests of a folder, or of a tar file of one; 77 if DATA is not there.
set -eu
program=$1 data=$2
shift 2
if [ ! -e "$data" ]; then
    echo "$data is not there: skipped"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -f "$data" ]; then
    tar -C "$work" -xf "$data"
    data=$work
fi
"$program" "$data" "$@"
