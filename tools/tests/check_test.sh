#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# tools/check in a repository of its own: which targets it asks about, and which
# tests it then runs. Bazel is a stand-in that writes down what it is asked.
set -Eeuo pipefail

check=$PWD/tools/check
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/check_test.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'echo "FAIL: line $LINENO: ${BASH_COMMAND}: ${out:-}" >&2' ERR
repo=$work/repo log=$work/asked
failures=0
fail() {
  echo "FAIL: $*"$'\n'"${out:-}"$'\n'"asked: $(cat "$log" 2>/dev/null)" >&2
  failures=$((failures + 1))
}

mkdir -p "$repo"/{tools/lint,a/b/data,c,docs}
cp "$check" "$repo/tools/check"
printf '#!/bin/sh\n[ ! -e %q ]\n' "$work/lint_fails" >"$repo/tools/lint/lint"
# A query answers with the tests in $work/tests; a test run exits with $work/status.
cat >"$repo/tools/bazel" <<BAZEL
#!/bin/sh
echo "\$*" >>"$log"
for word in "\$@"; do
  case \$word in
    query) cat "$work/tests"; exit 0 ;;
    test) exit "\$(cat "$work/status")" ;;
  esac
done
BAZEL
chmod +x "$repo/tools/bazel" "$repo/tools/lint/lint"
touch "$repo"/{a/BUILD.bazel,a/one.cc,a/b/data/deep.txt,c/BUILD.bazel,c/defs.bzl,c/gone.cc,docs/page.md}
cd "$repo"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
git init -q .
git -c user.name=test -c user.email=test@example.com add -A
commit() { git add -A && git -c user.name=test -c user.email=test@example.com commit -qm "$1"; }
commit first

# Runs tools/check with the arguments; its output is in `out`, its exit in `status`.
run() {
  : >"$log"
  status=0
  out=$(tools/check "$@" 2>&1) || status=$?
}
answer() {
  printf '%s\n' "${@:2}" >"$work/tests"
  echo "$1" >"$work/status"
}
back() { git checkout -q -- . && git clean -qfd; }
asks() { grep -qF -- "$1" "$log" || fail "did not ask for \"$1\""; }
asks_not() { ! grep -qF -- "$1" "$log" || fail "asked for \"$1\""; }

nothing_has_changed() {
  answer 0 //a:one_test
  run
  ((status == 0)) || fail "exit $status without a change"
  [[ ! -s $log ]] || fail "asks Bazel without a change"
}

a_file_stands_for_itself_in_the_nearest_package() {
  answer 0 //a:one_test //c:two_test
  echo change >a/one.cc
  echo change >a/b/data/deep.txt
  run
  ((status == 0)) || fail "exit $status"
  asks "tests(rdeps(//..., set(//a:b/data/deep.txt //a:one.cc)))"
  asks "--test_size_filters=small"
  asks "--test_tag_filters=-docker,-exclusive,-external -- //a:one_test //c:two_test"
  back
}

a_new_file_counts_and_one_outside_of_packages_does_not() {
  answer 0 //a:one_test
  echo new >a/new.cc
  echo change >docs/page.md
  run
  asks "set(//a:new.cc))"
  asks_not docs
  back
  echo change >docs/page.md
  run
  ((status == 0)) || fail "exit $status for a page alone"
  [[ ! -s $log ]] || fail "asks Bazel for a page alone"
  back
}

rules_and_what_is_gone_stand_for_the_package() {
  answer 0 //c:two_test
  rm c/gone.cc
  run
  asks "set(//c:all))"
  back
  echo change >c/defs.bzl
  run
  asks "set(//c:all))"
  back
}

a_revision_may_be_named() {
  answer 0 //a:one_test
  echo committed >a/one.cc
  commit second
  run
  [[ ! -s $log ]] || fail "looks at what is committed"
  run --since HEAD~
  asks "set(//a:one.cc))"
  run --since=nothing_of_that_name
  ((status == 2)) || fail "exit $status for an unknown revision"
}

results_are_passed_on() {
  answer 0 //a:one_test
  echo change >a/one.cc
  for code in 1 3 8; do
    echo "$code" >"$work/status"
    run
    ((status == code)) || fail "exit $status, and Bazel's was $code"
  done
  # There are tests, and none of them is a small one.
  echo 4 >"$work/status"
  run
  ((status == 0)) || fail "exit $status when no test is small"
  : >"$work/tests"
  run
  ((status == 0)) || fail "exit $status when no test depends on it"
  touch "$work/lint_fails"
  run
  ((status == 1)) || fail "exit $status, and lint fails"
  [[ ! -s $log ]] || fail "tests run although lint fails"
  rm "$work/lint_fails"
  run --nonsense
  ((status == 2)) || fail "exit $status for an unknown flag"
  back
}

startup_options_reach_bazel() {
  answer 0 //a:one_test
  echo change >a/one.cc
  run -- --output_base=/somewhere
  [[ $(grep -c "^--output_base=/somewhere " "$log") == 2 ]] || fail "startup options are lost"
  back
}

nothing_has_changed
a_file_stands_for_itself_in_the_nearest_package
a_new_file_counts_and_one_outside_of_packages_does_not
rules_and_what_is_gone_stand_for_the_package
a_revision_may_be_named
results_are_passed_on
startup_options_reach_bazel
((failures == 0)) || exit 1
echo "tools/check selects what it should"
