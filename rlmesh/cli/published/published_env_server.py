# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Serves environments with the published package.

    published_env_server.py ADDRESS CLASS[:ARGUMENT...][,CLASS...]
    published_env_server.py ADDRESS make_vec:ID:LANES

A class is one of served_envs, or "sampled_envs.Sampled"; several are lanes of
one endpoint. Prints "READY ADDRESS".
"""

import importlib
import sys

import gymnasium
import rlmesh
import rlmesh.numpy


def make(what):
    name, *arguments = what.split(":")
    if name == "make_vec":
        return gymnasium.make_vec(arguments[0], int(arguments[1]), vectorization_mode="sync")
    module, _, name = name.rpartition(".")
    return getattr(importlib.import_module(module or "served_envs"), name)(*arguments)


def main():
    address, names = sys.argv[1:]
    envs = [make(name) for name in names.split(",")]
    server = rlmesh.EnvServer(
        envs if len(envs) > 1 else envs[0], address, framework="numpy",
        options=rlmesh.ServeOptions(workflow_edition="2026.06"))
    print("READY %s" % server.address, flush=True)
    server.serve()


if __name__ == "__main__":
    main()
