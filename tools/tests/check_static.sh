#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
#   check_static.sh BINARY MEGABYTES
#
# Fails unless BINARY is an executable that needs nothing of the machine it runs on:
# no dynamic section, no interpreter, and at most MEGABYTES (10^6 bytes) stripped.
set -euo pipefail

binary=$1 limit=$(($2 * 1000 * 1000))
fail() {
  echo "FAIL: $binary: $*" >&2
  exit 1
}

header=$(LC_ALL=C readelf --file-header "$binary") || fail "is no ELF file"
[[ $header == *"Type:"*EXEC* ]] || fail "is no fixed-position executable: $header"
dynamic=$(LC_ALL=C readelf --dynamic "$binary")
[[ $dynamic == *"There is no dynamic section"* ]] || fail "has a dynamic section: $dynamic"
segments=$(LC_ALL=C readelf --program-headers "$binary")
[[ $segments != *INTERP* ]] || fail "asks for an interpreter"

stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$binary"
size=$(stat -c %s "$stripped")
((size <= limit)) || fail "$size bytes stripped; the limit is $limit"
echo "$binary: static, $size bytes stripped (limit $limit)"
