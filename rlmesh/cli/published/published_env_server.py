# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Serves environments of served_envs with the published package.

    published_env_server.py ADDRESS CLASS[,CLASS...]

Several classes are lanes of one endpoint. Prints "READY ADDRESS".
"""

import sys

import rlmesh
import rlmesh.numpy
import served_envs


def main():
    address, names = sys.argv[1:]
    envs = [getattr(served_envs, name)() for name in names.split(",")]
    server = rlmesh.EnvServer(
        envs if len(envs) > 1 else envs[0], address, framework="numpy",
        options=rlmesh.ServeOptions(workflow_edition="2026.06"))
    print("READY %s" % server.address, flush=True)
    server.serve()


if __name__ == "__main__":
    main()
