#!/bin/sh
# Makes Debian's packages (preset "package", cpack -G DEB) and looks at them; lintian has nothing to say where it is installed.
# packages.sh [BUILD_FOLDER]: build-package
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build-package}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}
PATH=/usr/bin:$PATH # by Debian's own cmake, as its packages are: newer ones give a control file the wrong mode
command -v dpkg-shlibdeps >/dev/null || { echo "dpkg-dev is missing: no packages"; exit 77; }
cd "$root"
rm -f "$build"/*.deb
{ cmake --preset package -B "$build" && cmake --build "$build" --parallel "$(nproc)" && (cd "$build" && cpack -G DEB); } >"$work/log" 2>&1 || {
    tail -40 "$work/log"
    fail "no packages come of it"
}
version=$(sed -n 's/^project(lrpscope VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
major=${version%%.*}
holds() { # holds PACKAGE PATH...: patterns of awk, of which each fits a file
    package=$1
    shift
    deb=$(ls "$build/${package}_$version"-1_*.deb) || fail "no package $package"
    dpkg-deb -c "$deb" | awk '{print $6}' >"$work/files"
    for path in "$@" "./usr/share/doc/$package/copyright" "./usr/share/doc/$package/changelog.gz"; do
        grep -qx -e "$path" "$work/files" || fail "$package does not hold $path"
    done
}
holds lrpscope ./usr/bin/lrpscope ./usr/share/man/man1/lrpscope.1.gz ./usr/share/lrpscope/demo/vgg.onnx \
    ./usr/share/lrpscope/demo/packages/model.onnx
holds "liblrpscope$major" "./usr/lib/.*/liblrpscope.so.$version"
holds liblrpscope-dev "./usr/lib/.*/liblrpscope.a" "./usr/lib/.*/liblrpscope.so" "./usr/lib/.*/pkgconfig/lrpscope.pc" ./usr/include/lrpscope/session.h
holds python3-lrpscope ./usr/lib/python3/dist-packages/lrpscope.py
dpkg-deb -f "$build/liblrpscope-dev_$version"-1_*.deb Depends | grep -q "liblrpscope$major (= $version-1)" || fail "the two libraries can drift apart"
if command -v lintian >/dev/null; then
    lintian --allow-root --info --pedantic --tag-display-limit 0 "$build"/*.deb >"$work/lintian" 2>&1 || :
    ! grep '^[EWIP]:' "$work/lintian" || fail "lintian is not content"
else
    echo "lintian is missing: it was not asked"
fi
echo "packages: $(ls "$build"/*.deb | wc -l), as they should be"
