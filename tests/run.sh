#!/bin/sh
# Builds and tests everything, from a bare Debian 12 on:  sh tests/run.sh [--quick] [--fuzz]
#   --quick   the release build only, without the sanitizers' rounds
#   --fuzz    runs the fuzz targets for a while, too
# The last line counts what ran; the exit code is 0 only if nothing failed.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
exec </dev/null
unset MAKEFLAGS
quick= fuzz=
for option in "$@"; do
    case $option in
    --quick) quick=yes ;;
    --fuzz) fuzz=yes ;;
    *)
        echo "usage: sh tests/run.sh [--quick] [--fuzz]" >&2
        exit 2
        ;;
    esac
done

say() {
    printf '\n== %s\n' "$*"
}
passed=0 failed=0 skipped=0
finish() {
    say "sum"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

# ---- packages: only those that are missing ----
packages="cmake ninja-build pkg-config gcc libc6-dev libncurses-dev libcjson-dev libpng-dev zlib1g-dev libjpeg62-turbo-dev libutf8proc-dev libdnnl-dev libwebp-dev libgif-dev libhdf5-dev
libcmocka-dev libvterm-dev doxygen libonnx-testdata ncurses-term tmux xz-utils python3 python3-numpy python3-h5py
zsh fish"
install_missing() {
    if ! command -v dpkg >/dev/null 2>&1; then
        echo "not a Debian system: make sure of these yourself:" $packages
        return 0
    fi
    missing=
    for package in $packages; do
        dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        echo "missing, and neither root nor sudo without a password is at hand; run: apt-get install$missing"
        return 1
    fi
    say "installing$missing"
    $as_root apt-get update -q &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
if ! install_missing; then
    failed=$((failed + 1))
    finish
fi

# ---- a build, then its tests ----
attribute() { # attribute NAME: of the first <testsuite> in $report
    tr '\n\t' '  ' <"$report" | sed 's/^[^<]*<?[^>]*>//; s/^[^<]*<testsuite \([^>]*\)>.*/\1/' |
        sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p"
}
round() { # round FOLDER CMAKE_OPTIONS...: built with warnings as errors; $exclude: labels left out; $only: tests run, $targets: built (all)
    folder=$1
    shift
    say "building $folder"
    generator=
    [ -f "$folder/CMakeCache.txt" ] || generator="-G Ninja"
    if ! cmake -S . -B "$folder" $generator -DLRPSCOPE_WERROR=ON "$@" ||
        ! cmake --build "$folder" --parallel "$(nproc)" ${targets:+--target $targets}; then
        echo "building $folder failed"
        failed=$((failed + 1))
        return 1
    fi
    say "testing $folder"
    report=$root/$folder/tests/report.xml
    rm -f "$report"
    ctest --test-dir "$folder" --output-on-failure --no-tests=error --timeout 900 --parallel "$(nproc)" \
        --output-junit "$report" ${exclude:+-LE "$exclude"} ${only:+-R "$only"}
    code=$?
    if [ ! -s "$report" ]; then
        echo "ctest left no report"
        failed=$((failed + 1))
        return 1
    fi
    all=$(attribute tests) bad=$(attribute failures) left=$(($(attribute skipped) + $(attribute disabled)))
    passed=$((passed + all - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
    [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || failed=$((failed + 1))
}

fuzz_all() { # every target for a minute, from its corpus on; what makes one fail is kept in build-fuzz
    say "fuzzing"
    if ! ls tests/fuzz/fuzz_*.c >/dev/null 2>&1; then
        echo "there is nothing to fuzz yet: no targets in tests/fuzz"
        return
    fi
    if ! command -v clang >/dev/null 2>&1; then
        echo "clang is missing (packages clang, libclang-rt-dev): not fuzzed"
        skipped=$((skipped + 1))
        return
    fi
    if ! CC=clang cmake -S . -B build-fuzz -DCMAKE_BUILD_TYPE=RelWithDebInfo -DLRPSCOPE_FUZZ=ON -DLRPSCOPE_OPENMP=OFF \
        -DLRPSCOPE_SANITIZE=fuzzer-no-link,address,undefined ||
        ! cmake --build build-fuzz --target fuzz --parallel "$(nproc)"; then
        echo "building the fuzz targets failed"
        failed=$((failed + 1))
        return
    fi
    export OMP_NUM_THREADS=1 # of the numeric library: models are tiny, and its threads wait for each other by spinning
    for target in build-fuzz/tests/fuzz_*; do
        name=${target##*/}
        mkdir -p "build-fuzz/corpus/$name"
        if "$target" -max_total_time=60 -timeout=20 -rss_limit_mb=4096 -malloc_limit_mb=2048 -max_len=4096 \
            -artifact_prefix="build-fuzz/$name-" "build-fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"build-fuzz/$name.log" 2>&1; then
            passed=$((passed + 1))
            echo "$name: held"
        else
            failed=$((failed + 1))
            echo "$name: failed"
            tail -n 40 "build-fuzz/$name.log"
        fi
    done
}

formatting() { # every C file as .clang-format says; another version of clang-format breaks lines elsewhere and is not asked
    say "formatting"
    formatter=
    for candidate in clang-format-14 clang-format; do
        command -v $candidate >/dev/null 2>&1 && $candidate --version | grep -q 'version 14\.' && formatter=$candidate && break
    done
    if [ -z "$formatter" ]; then
        echo "clang-format 14 (Debian 12's) is missing: the formatting is not checked"
        skipped=$((skipped + 1))
    elif find src include tests assets -name '*.[ch]' -print0 | xargs -0 $formatter --dry-run -Werror; then
        passed=$((passed + 1))
    else
        echo "run clang-format -i on the files above"
        failed=$((failed + 1))
    fi
}
links() { # no files that call each other in circles, nothing that nobody uses: tests/links.py
    say "links"
    if cmake --build build --target links; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}
script() { # script NAME: tests/NAME.sh, which says with 77 that it cannot be tried here
    say "$1"
    code=0
    sh "tests/$1.sh" || code=$?
    case $code in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
    esac
}
formatting
[ -d ../shared/golden/cases ] || echo "../shared/golden is not here: the golden cases of other tools are skipped"
[ -d ../shared/models ] || echo "../shared/models is not here: the trained models are skipped"
exclude= only= targets=
round build -DCMAKE_BUILD_TYPE=Release
links
if [ -z "$quick" ]; then
    exclude=golden_avx2
    export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    [ ! -f tests/lsan.supp ] || export LSAN_OPTIONS="suppressions=$root/tests/lsan.supp:print_suppressions=0"
    round build-asan -DCMAKE_BUILD_TYPE=RelWithDebInfo -DLRPSCOPE_SANITIZE=address,undefined
    # threads: whatever has a worker, a painter or shared settings; without OpenMP, whose runtime the sanitizer does not know
    exclude=
    threaded="test_session test_two_sessions test_cache test_painter test_state"
    only="^($(echo $threaded | tr ' ' '|')|plugins|plugin_on_first_host)\$"
    targets="$threaded lrpscope_binary test_plugins first_host"
    export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$root/tests/tsan.supp"
    round build-tsan -DCMAKE_BUILD_TYPE=RelWithDebInfo -DLRPSCOPE_SANITIZE=thread -DLRPSCOPE_OPENMP=OFF
    script portable
    script packages
fi
if [ -n "$fuzz" ]; then
    fuzz_all
fi
finish
