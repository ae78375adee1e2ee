# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Which folder of rlmesh/ may depend on which.

A plain name allows the whole folder. FOLDER:TARGET allows that one target (the
header FOLDER/TARGET.h), and in tests also FOLDER/testing. Arrows go downwards
only; a folder that is not here may not exist.
"""

_BELOW_ENGINE = ["base", "json", "http"]
_SANDBOX_AND_BELOW = ["container", "cleanup", "engine", "sandbox"] + _BELOW_ENGINE
_SERVERS_AND_BELOW = ["env", "model", "worker", "transport", "adapters", "spaces", "proto"]

FOLDERS = {
    # level 0
    "base": [],
    "proto": [],
    # level 1
    "json": ["base"],
    "http": ["base"],
    "spaces": ["base", "proto"],
    # level 2
    "transport": ["base", "proto"],
    # Free-form metadata are messages (rlmesh/proto/spaces/v1/meta.proto).
    "adapters": ["base", "proto", "json", "spaces"],
    "engine": _BELOW_ENGINE,
    "llm": _BELOW_ENGINE,
    # level 3
    "worker": ["base", "proto", "transport:shm_ring"],
    "cleanup": ["base", "json", "engine"],
    # level 4
    "env": ["base", "proto", "spaces", "transport", "worker"],
    "model": ["base", "proto", "spaces", "transport", "worker", "adapters"],
    "container": ["base", "json", "engine", "cleanup"],
    # level 5
    "driver": ["base", "proto", "json", "spaces", "adapters", "env:environment", "env:cancellation", "model:model"],
    "sandbox": _BELOW_ENGINE + ["transport", "engine", "container"],
    "repl": _BELOW_ENGINE + ["llm", "worker", "container"],
    # level 6
    "launch": _SERVERS_AND_BELOW + _SANDBOX_AND_BELOW,
    "rlm": ["base", "json", "llm", "repl"],
    "viewer": _BELOW_ENGINE + ["spaces", "driver:hook"],
    # level 7: anything above, and nothing depends on them
    "cli": ["*"],
    "python": ["*"],
    "bench": ["*"],
    # Prose.
    "docs": [],
}

# rlmesh/*_main.cc and rlmesh/BUILD.bazel.
MAINS = ["*"]

# Nothing may depend on these, but for mains on cli.
TOP = ["cli", "python", "bench"]

# Third-party code that is wrapped in one place: include prefix, Bazel repository,
# and the only folders that may name it. TOP and mains may name what they like.
WRAPPED = [
    ("nlohmann/", "com_github_nlohmann_json", ["json"]),
    ("httplib.h", "com_github_yhirose_cpp_httplib", ["http"]),
    ("openssl/", "boringssl", ["base", "http", "transport"]),
    ("grpcpp/", "com_github_grpc_grpc", ["proto", "transport", "env", "model", "launch"]),
    ("grpc/", "com_github_grpc_grpc", ["proto", "transport", "env", "model", "launch"]),
    ("pybind11/", "pybind11", []),
    ("nanobind/", "nanobind", []),
    ("Python.h", "python_headers", []),
]
