#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# A test in any language finds the packages through the marker file.
set -euo pipefail

site=$(dirname "$1")
version=$(PYTHONPATH=$site /usr/bin/python3 -c 'import gymnasium; print(gymnasium.__version__)')
grep -qx "gymnasium==$version" "$1" || {
  echo "FAIL: gymnasium $version is not the one in $1: $(cat "$1")" >&2
  exit 1
}
