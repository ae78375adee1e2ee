#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# .ci/run in a tree whose Bazel, set-up and engine are stand-ins: whatever happens,
# the last line is the count, and the exit code agrees with it.
set -euo pipefail

run=$(readlink -f .ci/run) count=$(readlink -f tools/ci/count_tests.py)
docker_answers=$(readlink -f tools/docker_answers)
work=$(mktemp -d /tmp/ci_test.XXXXXX)
trap 'rm -rf "$work"' EXIT
failures=0

# A stand-in: program NAME SHELL_CODE.
program() {
  printf '#!/bin/bash\n%s\n' "$2" >"$work/tools/$1"
  chmod +x "$work/tools/$1"
}
new_tree() {
  rm -rf "$work/.ci" "$work/tools"
  mkdir -p "$work/.ci" "$work/tools/ci"
  cp "$run" "$work/.ci/run"
  cp "$count" "$work/tools/ci/"
  program setup 'exit 0'
  program docker_answers 'exit 0'
  program offline_test 'exit 0'
  program sanitize 'exit 0'
}
# A Bazel that reports tests: bazel EXIT_CODE LABEL=STATUS...
bazel() {
  # shellcheck disable=SC2016  # for the stand-in to expand
  local status=$1 test code='for a; do [[ $a == --build_event_json_file=* ]] && out=${a#*=}; done'
  shift
  code+=$'\n: >"$out"\n'
  for test; do
    code+="echo '{\"id\":{\"testSummary\":{\"label\":\"${test%=*}\"}},\"testSummary\":{\"overallStatus\":\"${test#*=}\"}}' >>\"\$out\""$'\n'
  done
  program bazel "$code exit $status"
  program offline_test "$code exit $status"
  program sanitize "$code exit $status"
}
# expect NAME EXIT_CODE LAST_LINE [WORDS]: what .ci/run does in the tree.
expect() {
  local status=0 out
  out=$(cd / && CI=true RLMESH_CI_ASAN=${asan:-0} bash "$work/.ci/run" 2>&1) || status=$?
  if [[ $status != "$2" || ${out##*$'\n'} != "$3" || $out != *"${4:-}"* ]]; then
    echo "FAIL: $1: exit $status, want $2; want the last line \"$3\" and \"${4:-}\" in:" >&2
    echo "$out" >&2
    failures=$((failures + 1))
  fi
}

new_tree
bazel 0 //a:x=PASSED //a:y=PASSED //a:z=FLAKY
expect "all pass" 0 "3 passed, 0 failed"
asan=1 expect "a test of two stages counts once" 0 "3 passed, 0 failed"

bazel 3 //a:x=PASSED //a:y=FAILED //a:z=TIMEOUT
expect "tests fail" 1 "1 passed, 2 failed" "//a:y: FAILED"

bazel 1 //a:x=PASSED //a:y=NO_STATUS
expect "a test that was not built has failed" 1 "1 passed, 1 failed" "//a:y: NO_STATUS"

bazel 1
expect "the build fails before any test" 1 "0 passed, 1 failed" "PROBLEM: test: exit 1"

bazel 1 //a:x=PASSED
expect "all tests pass and yet Bazel fails" 1 "1 passed, 1 failed" "PROBLEM"

bazel 0
expect "no test at all is a failure" 1 "0 passed, 1 failed"

new_tree
program bazel 'exit 37'
program offline_test 'exit 37'
expect "Bazel ends before it writes a word" 1 "0 passed, 1 failed" "PROBLEM: offline: exit 37"

new_tree
bazel 0 //a:x=PASSED
program setup 'echo cannot >&2; exit 1'
expect "set-up fails" 1 "0 passed, 1 failed" "tools/setup failed"

# An engine that is installed and stopped: a stand-in in PATH, and a socket where
# nobody answers until it runs. How it is asked is the real thing.
stopped_engine() {
  new_tree
  bazel 0 //a:x=PASSED
  cp "$docker_answers" "$work/tools/docker_answers"
  export DOCKER_HOST=unix://$work/docker.sock
  export PATH=$work/bin:$PATH
  mkdir -p "$work/bin"
  rm -f "$work/docker.sock" "$work/dockerd.pid"
  cat >"$work/bin/dockerd"
  chmod +x "$work/bin/dockerd"
}

stopped_engine <<DOCKERD
#!/usr/bin/python3
import os, socket
with open("$work/dockerd.pid", "w") as file:
    file.write(str(os.getpid()))
server = socket.socket(socket.AF_UNIX)
server.bind("$work/docker.sock")
server.listen()
while True:
    connection, _ = server.accept()
    connection.recv(4096)
    connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nOK")
    connection.close()
DOCKERD
expect "an installed engine is started" 0 "1 passed, 0 failed" "starting $work/bin/dockerd"
for ((i = 0; i < 100; i++)); do
  kill -0 "$(cat "$work/dockerd.pid")" 2>/dev/null || break
  read -r -t 0.1 <> <(:) || true
done
((i < 100)) || { echo "FAIL: the engine that was started is left running" >&2; failures=$((failures + 1)); }

stopped_engine <<DOCKERD
#!/bin/sh
echo "cannot start for want of a bridge"
exit 1
DOCKERD
expect "an engine that does not start" 1 "0 passed, 1 failed" "cannot start for want of a bridge"
expect "an engine that does not start is a problem" 1 "0 passed, 1 failed" "PROBLEM: the Docker Engine did not start: no Docker Engine answers at unix://$work/docker.sock"

((failures == 0)) || exit 1
echo "all cases pass"
