#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# third_party/source_archive.bzl with the real Bazel, in a workspace of its own:
# where an archive comes from when some of the places cannot be had, and that no
# warning is shown on the way. Debian's mirrors are a stand-in, upstream is a file.
set -Eeuo pipefail

bazel=${BAZEL_REAL:-/usr/bin/bazel-4}
[[ -x $bazel ]] || { echo "FAIL: there is no Bazel at $bazel: tools/setup installs it" >&2; exit 1; }
rule=$PWD/third_party/source_archive.bzl
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/source_archive.XXXXXX")
workspace=$work/workspace cache=$work/cache out=''
mkdir -p "$workspace/third_party" "$work/debian" "$work/upstream"
startup=(--nohome_rc --output_user_root="$work/output" --max_idle_secs=60)
shut_down() { (cd "$workspace" && "$bazel" "${startup[@]}" shutdown >/dev/null 2>&1) || true; rm -rf "$work" 2>/dev/null || true; }
trap shut_down EXIT
failures=0
fail() {
  echo "FAIL: $*"$'\n'"$out" >&2
  failures=$((failures + 1))
}

# An archive of one file that says where it is from: archive PATH TEXT.
archive() {
  mkdir -p "$work/tree/lib-1"
  echo "$2" >"$work/tree/lib-1/origin.txt"
  echo 'exports_files(["origin.txt"])' >"$work/tree/lib-1/BUILD.bazel"
  tar -C "$work/tree" -czf "$1" lib-1
}
archive "$work/debian/both.tar.gz" debian
archive "$work/upstream/both.tar.gz" upstream
archive "$work/upstream/fallback.tar.gz" upstream-instead
sha_of() { sha256sum <"$1" | cut -d' ' -f1; }
nothing=$(printf '0%.0s' {1..64})

cp "$rule" "$workspace/third_party/"
echo 'exports_files(["fetch_debian_file.sh"])' >"$workspace/third_party/BUILD.bazel"
cat >"$workspace/third_party/fetch_debian_file.sh" <<FETCH
#!/bin/sh
[ -f "$work/debian/\$2" ] && echo "$work/debian/\$2" && exit
echo "cannot get \$2: the mirrors are silent" >&2
exit 1
FETCH
chmod +x "$workspace/third_party/fetch_debian_file.sh"

# A repository of the workspace: repository NAME DEBIAN_FILE UPSTREAM_FILE.
repository() {
  local debian=$work/debian/$2 upstream=$work/upstream/$3
  cat >>"$workspace/WORKSPACE" <<WORKSPACE
source_archive(
    name = "$1",
    debian = "package/$2",
    debian_sha256 = "$([[ -f $debian ]] && sha_of "$debian" || echo "$nothing")",
    debian_strip_prefix = "lib-1",
    urls = ["file://$upstream"],
    sha256 = "$([[ -f $upstream ]] && sha_of "$upstream" || echo "${nothing/0/1}")",
    strip_prefix = "lib-1",
)
WORKSPACE
}
cat >"$workspace/WORKSPACE" <<'WORKSPACE'
workspace(name = "sample")
load("//third_party:source_archive.bzl", "source_archive")
WORKSPACE
repository both both.tar.gz both.tar.gz
repository fallback gone.tar.gz fallback.tar.gz
repository again both.tar.gz both.tar.gz
repository again_upstream gone.tar.gz fallback.tar.gz
repository nowhere gone.tar.gz gone.tar.gz

# Looks at a repository; what Bazel says is in `out`.
query() {
  out=$(cd "$workspace" && "$bazel" "${startup[@]}" query --repository_cache="$cache" \
    --color=no --curses=no "@$1//:all-targets" 2>&1)
}
origin() {
  local base
  base=$(cd "$workspace" && "$bazel" "${startup[@]}" info output_base 2>/dev/null)
  cat "$base/external/$1/origin.txt"
}
# comes_from NAME ORIGIN: fetched, without a warning.
comes_from() {
  query "$1" || { fail "@$1 cannot be fetched"; return; }
  [[ $(origin "$1") == "$2" ]] || fail "@$1 is from $(origin "$1"), want $2"
  [[ $out != *WARNING* ]] || fail "@$1: a warning in the normal case"
}

comes_from both debian
comes_from fallback upstream-instead

# The places are gone: the repository cache has what was fetched.
rm -r "$work/debian" "$work/upstream"
comes_from again debian
comes_from again_upstream upstream-instead

if query nowhere; then
  fail "@nowhere was fetched"
else
  for want in "the mirrors are silent" "file://$work/upstream/gone.tar.gz" "Check the network"; do
    [[ $out == *"$want"* ]] || fail "the error does not say \"$want\""
  done
fi
((failures == 0)) || exit 1
echo "archives come from where they can be had"
