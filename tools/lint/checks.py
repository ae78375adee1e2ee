# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""All checks by name."""

from tools.lint import cpp_format
from tools.lint import layers
from tools.lint import text_rules

ALL = {
    "format": cpp_format.check,
    "layers": layers.check,
    "length": text_rules.check_length,
    "license": text_rules.check_license,
    "hosts": text_rules.check_hosts,
}


def run(tree, names):
    """Returns what the named checks find, one line each: PATH:LINE: what is wrong."""
    return [finding for name in names for finding in ALL[name](tree)]
