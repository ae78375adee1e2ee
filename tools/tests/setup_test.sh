#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# tools/setup and tools/bazel on a machine that lacks one program. apt-get is a
# stand-in that "installs" by creating the program, and that can be held in the
# middle of it.
set -Eeuo pipefail

setup=$PWD/tools/setup bazel=$PWD/tools/bazel
work=$(mktemp -d /tmp/setup_test.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'echo "FAIL: line $LINENO: ${BASH_COMMAND}: ${out:-}" >&2' ERR
failures=0

fail() {
  echo "FAIL: $*" >&2
  failures=$((failures + 1))
}
expect_contains() { [[ $1 == *"$2"* ]] || fail "$3: want \"$2\" in: $1"; }

# Writes a program of the machine: program NAME SHELL_CODE.
program() {
  printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
  chmod +x "$bin/$1"
}
# A machine in $work/NAME: bin (all programs but skopeo) and an empty home.
new_machine() {
  machine=$work/$1
  bin=$machine/bin home=$machine/home log=$machine/apt.log
  mkdir -p "$bin" "$home"
  : >"$log"
  local program
  for program in as bash cat chmod cut date dirname env flock g++ git grep ip ld make mkdir mktemp perl \
    readlink sha256sum setsid sort strip touch unshare wc xz; do
    ln -s "$(type -P "$program")" "$bin/$program"
  done
  for program in clang-format bwrap docker-registry dpkg; do
    program "$program" "exit 0"
  done
  program bazel-4 "echo \"real: \$*\""
  program id "echo $2"
  program getent "echo account:x:$2:$2::$home:/bin/sh"
  # Logs its calls. An installation says that it began, and waits when it is held.
  cat >"$bin/apt-get" <<APT
#!/bin/bash
echo "\$*" >>"$log"
[[ " \$* " == *" install "* && " \$* " != *" --download-only "* ]] || exit 0
if [[ -p $machine/began ]]; then
  echo began >"$machine/began"
  read -r <"$machine/go_on"
fi
printf '#!/bin/sh\n' >"$bin/skopeo"
chmod +x "$bin/skopeo"
echo whole >>"$log"
APT
  chmod +x "$bin/apt-get"
}
on_machine() { env -i PATH="$bin" HOME="$home" BAZEL_REAL="$bin/bazel-4" "$@"; }
stamped() { compgen -G "$home/.cache/rlmesh/setup/[0-9a-f]*" >/dev/null; }

installs_what_is_missing_then_runs_no_package_manager() {
  new_machine root 0
  out=$(on_machine "$bazel" info 2>&1)
  expect_contains "$out" "this machine lacks: skopeo" "names what is missing"
  expect_contains "$out" "installing: skopeo" "says what it installs"
  expect_contains "$out" "real: info" "becomes the real Bazel"
  stamped || fail "no stamp after a set-up that went well"
  : >"$log"
  out=$(on_machine "$bazel" info 2>&1)
  [[ $out == "real: info" ]] || fail "the second call said more: $out"
  [[ ! -s $log ]] || fail "the second call ran apt-get: $(cat "$log")"
}

user_without_root_is_told_the_command() {
  new_machine user 1000
  local status=0
  out=$(on_machine "$bazel" info 2>&1) || status=$?
  ((status == 1)) || fail "exit $status, want 1"
  expect_contains "$out" "apt-get install --no-install-recommends skopeo" "names the command"
  [[ ! -s $log ]] || fail "apt-get ran without root"
  stamped && fail "stamped although skopeo is missing"
  program skopeo "exit 0"
  out=$(on_machine "$setup" 2>&1) || fail "fails for a user with all there: $out"
  [[ -z $out ]] || fail "not silent when all is there: $out"
  stamped || fail "no stamp for a user with all there"
}

check_installs_nothing() {
  new_machine check 0
  local status=0
  out=$(on_machine "$setup" --check 2>&1) || status=$?
  ((status == 1)) || fail "--check: exit $status, want 1"
  expect_contains "$out" "missing: skopeo" "--check"
  [[ ! -s $log ]] || fail "--check ran apt-get"
  status=0
  on_machine "$setup" --nonsense >/dev/null 2>&1 || status=$?
  ((status == 2)) || fail "unknown flag: exit $status, want 2"
  expect_contains "$(on_machine "$setup" --help)" "Usage: tools/setup" "--help"
}

failed_download_leaves_no_stamp() {
  new_machine offline 0
  program apt-get "echo no network >&2; exit 100"
  local status=0
  out=$(on_machine "$bazel" info 2>&1) || status=$?
  ((status == 1)) || fail "apt-get fails: exit $status, want 1"
  expect_contains "$out" "apt-get failed" "says that apt-get failed"
  expect_contains "$out" "apt-get install" "names the command"
  stamped && fail "stamped after a failed installation"
  true
}

# Ctrl-C reaches the whole process group; the package at hand is finished all the
# same, nothing is stamped, and the next call goes on.
interrupt_leaves_nothing_half_done() {
  new_machine interrupt 0
  mkfifo "$machine/began" "$machine/go_on"
  set -m
  on_machine "$bazel" info >"$machine/out" 2>&1 &
  local job=$! status=0
  set +m
  read -r <"$machine/began"
  kill -INT -- "-$job"
  # The message says that the signal has arrived and is being held.
  timeout 30 grep -q "interrupted: stopping" <(tail -n +1 -F "$machine/out" 2>/dev/null) ||
    fail "the signal was not acknowledged: $(cat "$machine/out")"
  kill -0 "$job" 2>/dev/null || fail "did not wait for the installation at hand"
  echo >"$machine/go_on"
  wait "$job" || status=$?
  ((status == 130)) || fail "interrupted: exit $status, want 130"
  grep -q whole "$log" || fail "the installation was cut in the middle"
  stamped && fail "stamped after an interrupt"
  rm "$machine/began" "$machine/go_on"
  out=$(on_machine "$bazel" info 2>&1)
  expect_contains "$out" "real: info" "the next call goes on"
  stamped || fail "no stamp after the next call"
}

home_may_be_unset() {
  new_machine nohome 0
  program skopeo "exit 0"
  out=$(env -i PATH="$bin" BAZEL_REAL="$bin/bazel-4" "$bazel" info 2>&1)
  expect_contains "$out" "real: info" "without HOME"
  stamped || fail "without HOME the cache is not in the account's home"
}

other_home_moves_the_caches() {
  new_machine otherhome 0
  program skopeo "exit 0"
  program getent "echo account:x:0:0::$machine:/bin/sh"
  out=$(on_machine "$bazel" info 2>&1)
  # HOME is not the account's home here, and Bazel is told so.
  expect_contains "$out" "--bazelrc=$home/.cache/rlmesh/bazelrc info" "other HOME"
  grep -q -- "--disk_cache=$home/.cache/rlmesh/disk" "$home/.cache/rlmesh/bazelrc" ||
    fail "the disk cache does not follow HOME"
}

without_engine_docker_tests_are_left_out_and_counted() {
  new_machine engine 1000
  program skopeo "exit 0"
  cat >"$bin/bazel-4" <<'BAZEL'
#!/bin/bash
for argument in "$@"; do
  [[ $argument == query ]] && { printf '%s\n' //a:one //a:two; exit; }
done
echo "real: $*"
BAZEL
  local engine="DOCKER_HOST=unix://$machine/no.sock"
  out=$(on_machine env "$engine" "$bazel" test //... 2>&1)
  expect_contains "$out" "leaving out 2 tests tagged docker" "says the number"
  expect_contains "$out" "test //... --test_tag_filters=-docker" "filters"
  out=$(on_machine env "$engine" "$bazel" test --test_tag_filters=small //a/... -- -//a:b 2>&1)
  expect_contains "$out" "--test_tag_filters=small,-docker -- -//a:b" "keeps the caller's filter"
  out=$(on_machine env "$engine" "$bazel" build //... 2>&1)
  [[ $out == *docker* ]] && fail "a build cares about Docker: $out"
  cat >"$machine/engine.py" <<'PY'
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
server.settimeout(60)
print("ready", flush=True)
connection, _ = server.accept()
connection.recv(4096)
connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nOK")
connection.close()
PY
  exec {engine_out}< <(/usr/bin/python3 "$machine/engine.py" "$machine/yes.sock")
  read -r -u "$engine_out"
  out=$(on_machine env "DOCKER_HOST=unix://$machine/yes.sock" "$bazel" test //... 2>&1)
  [[ $out == *tag_filters* ]] && fail "an engine answers, and yet tests are left out: $out"
  true
}

installs_what_is_missing_then_runs_no_package_manager
user_without_root_is_told_the_command
check_installs_nothing
failed_download_leaves_no_stamp
interrupt_leaves_nothing_half_done
home_may_be_unset
other_home_moves_the_caches
without_engine_docker_tests_are_left_out_and_counted
((failures == 0)) || exit 1
echo "all set-up cases pass"
