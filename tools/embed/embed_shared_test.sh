#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# Embedded bytes in a shared library are position independent and not exported.
set -euo pipefail

library=$1
fail() {
  echo "FAIL: $library: $*" >&2
  exit 1
}
# Whole texts first: grep -q in a pipe would end readelf early.
dynamic=$(readelf --dynamic --wide "$library")
exported=$(readelf --dyn-syms --wide "$library")
symbols=$(readelf --syms --wide "$library")
[[ $dynamic != *TEXTREL* ]] || fail "needs text relocations"
[[ $exported != *rlmesh_embed_* ]] || fail "exports its embedded bytes"
[[ $symbols == *rlmesh_embed_tools_embed_TestBytes_begin* ]] ||
  fail "carries no embedded bytes: this test looked at nothing"
