#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
#   direct_dependencies_test.sh FILE...
#
# Each FILE is what a query found; an empty one means that no target of ours depends
# directly on that library any more.
set -euo pipefail

(($# > 0)) || { echo "FAIL: nothing to check" >&2; exit 1; }
status=0
for file; do
  if [[ -s $file ]]; then
    echo "$(basename "$file"): $(head -n 1 "$file")"
  else
    echo "FAIL: $(basename "$file"): no direct dependency" >&2
    status=1
  fi
done
exit "$status"
