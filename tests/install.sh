#!/bin/sh
# A stranger's view: installs into a fresh prefix and builds a program against it by pkg-config and by find_package.
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
"$compiler" $flags -o "$work/by-pkg-config" "$work/stranger.c" $(pkg-config --cflags --libs lrpscope)
test "$("$work/by-pkg-config" /dev/null)" = "$(pkg-config --modversion lrpscope)"

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
test -x "$work/usr/bin/lrpscope"
echo "installed, found by pkg-config and find_package"
