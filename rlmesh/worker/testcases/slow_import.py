# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.

"""Takes its time before there is anything."""

import time

time.sleep(1000)
