#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# tools/sanitize with a stand-in for Bazel that prints what it is asked.
set -Eeuo pipefail

sanitize=$PWD/tools/sanitize
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/sanitize_test.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tools"
cp "$sanitize" "$work/tools/"
printf '#!/bin/sh\necho "$@"\nexit 3\n' >"$work/tools/bazel"
chmod +x "$work/tools/bazel"
failures=0

# expect EXIT_CODE WORDS ARGUMENT...: what comes of a call.
expect() {
  local status=0 out
  out=$("$work/tools/sanitize" "${@:3}" 2>&1) || status=$?
  if [[ $status != "$1" || $out != *"$2"* ]]; then
    echo "FAIL: ${*:3}: exit $status, want $1; want \"$2\" in: $out" >&2
    failures=$((failures + 1))
  fi
}

filters=--test_tag_filters=-nosan,-docker,-exclusive,-external
for config in asan ubsan tsan; do
  expect 3 "test --config=$config --keep_going $filters" "$config"
done
for folder in base spaces transport worker env model driver; do expect 3 " //rlmesh/$folder/..." asan; done
expect 3 " //tools/tests:sanitizer_test" asan
expect 3 "$filters --test_output=all -- //a:b" asan //a:b --test_output=all
expect 3 "$filters --config=ubsan -- //rlmesh/base/..." asan --config=ubsan
expect 3 "suppressions=$work/tools/tsan_suppressions.txt -- //a:b" tsan //a:b
expect 0 "Usage: tools/sanitize" --help
expect 2 "Usage: tools/sanitize"
expect 2 "Usage: tools/sanitize" msan
((failures == 0)) || exit 1
echo "all cases pass"
