#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# Bazel's --workspace_status_command: what a build is made from. Keys that begin
# with STABLE_ rebuild the actions that read them, and those are only the ones of
# //tools/version.
set -uo pipefail

commit=$(git rev-parse --short=12 HEAD 2>/dev/null) || commit=
if [[ -z $commit ]]; then
  commit=unknown
elif ! git diff-index --quiet HEAD -- 2>/dev/null; then
  commit+=+
fi
echo "STABLE_RLMESH_COMMIT $commit"
