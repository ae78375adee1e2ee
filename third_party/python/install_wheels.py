#!/usr/bin/python3
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""Installs the wheels of one lock file into a folder.

    install_wheels.py LOCK WHEELS SITE

Wheels come from the user's cache folder (~/.cache/rlmesh/wheels) and, when one is
missing there, through pip with the machine's own configuration. Each is checked
against the sha256 in LOCK. WHEELS gets the wheel files, SITE what they install.
"""

import compileall
import hashlib
import os
import pathlib
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile

# Left out: nothing imports them, and every test has a link to each file.
UNUSED = re.compile(r"(^|/)(tests|include|f2py/src)/|\.(pyi|pxd|pyx|h|hpp|c|cpp|f|f90|lib|a)$")


def cache_folder():
    cache = os.environ.get("RLMESH_CACHE")
    home = os.environ.get("HOME") or os.path.expanduser("~")
    return pathlib.Path(cache or os.path.join(home, ".cache", "rlmesh")) / "wheels"


def read_lock(path):
    """Returns the sha256 of each pinned wheel, by name==version."""
    pins = {}
    for line in path.read_text().splitlines():
        line = line.partition("#")[0].strip()
        if not line:
            continue
        match = re.fullmatch(r"(\S+==\S+) --hash=sha256:([0-9a-f]{64})", line)
        if not match:
            sys.exit("%s: %r is not NAME==VERSION --hash=sha256:HEX" % (path, line))
        pins[match.group(1)] = match.group(2)
    return pins


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def download(lock, cache):
    """Brings the wheels of the lock file into the cache, whole or not at all."""
    environment = {
        name: value
        for name, value in os.environ.items()
        # Would redirect what we do; where to download from stays as set.
        if name not in ("PIP_TARGET", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH")
    }
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".download.", dir=cache) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"]
        command += ["--only-binary=:all:", "--no-deps", "--dest", folder, "--requirement", lock]
        result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            sys.exit("pip could not download the wheels of %s:\n%s\nCheck the network and pip's "
                     "configuration (pip config list), or put the wheel files into %s."
                     % (lock, result.stdout.strip(), cache))
        for wheel in pathlib.Path(folder).glob("*.whl"):
            os.replace(wheel, cache / wheel.name)


def find(pins, cache):
    """Returns the cached wheel of each pin, or None when one is missing."""
    by_hash = {}
    names = {pin.partition("==")[0].replace("-", "_").lower() for pin in pins}
    for wheel in cache.glob("*.whl"):
        if wheel.name.partition("-")[0].lower() in names:
            by_hash[sha256(wheel)] = wheel
    if any(digest not in by_hash for digest in pins.values()):
        return None
    return [by_hash[digest] for digest in pins.values()]


def install(wheels, site):
    command = [sys.executable, "-m", "pip", "--isolated", "install", "--quiet", "--no-index"]
    command += ["--no-deps", "--no-compile", "--no-warn-script-location", "--target", str(site)]
    result = subprocess.run(command + [str(wheel) for wheel in wheels], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit("pip could not install %s:\n%s" % (", ".join(map(str, wheels)), result.stdout))
    shutil.rmtree(site / "bin", ignore_errors=True)
    for path in sorted(site.rglob("*")):
        if path.is_file() and UNUSED.search(path.relative_to(site).as_posix()):
            path.unlink()
    # Byte code that depends on the sources alone: the same on every machine.
    compileall.compile_dir(site, quiet=2, stripdir=str(site), workers=1,
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


def main(arguments):
    lock, wheels_folder, site = map(pathlib.Path, arguments)
    if sys.version_info[:2] != (3, 11):
        sys.exit("the wheels of %s are for CPython 3.11, and %s is %s; tools/update_locks makes "
                 "lock files for this one" % (lock, sys.executable, sys.version.split()[0]))
    pins = read_lock(lock)
    cache = cache_folder()
    wheels = find(pins, cache)
    if wheels is None:
        download(lock, cache)
        wheels = find(pins, cache)
    if wheels is None:
        sys.exit("%s: pip downloaded other files than those pinned" % lock)
    wheels_folder.mkdir(parents=True)
    for wheel in wheels:
        shutil.copy(wheel, wheels_folder)
    install(wheels, site)
    (site / "RLMESH_SITE").write_text("".join(sorted(pin + "\n" for pin in pins)))


if __name__ == "__main__":
    main(sys.argv[1:])
