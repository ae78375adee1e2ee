#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# check_static.sh accepts a small static program and refuses the others.
set -euo pipefail

check=$1 static=$2 dynamic=$3
"$check" "$static" 4
refused() {
  local out
  if out=$("$check" "$1" "$2" 2>&1); then
    echo "FAIL: $1 with a limit of $2 MB was accepted: $out" >&2
    exit 1
  fi
  [[ $out == *"$3"* ]] || {
    echo "FAIL: want \"$3\" in: $out" >&2
    exit 1
  }
}
refused "$static" 0 "the limit is 0"
refused "$dynamic" 4 "fixed-position executable"
refused "$0" 4 "is no ELF file"
