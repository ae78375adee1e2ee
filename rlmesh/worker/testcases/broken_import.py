# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Needs a package that nobody has."""

import no_such_package_anywhere  # noqa: F401
