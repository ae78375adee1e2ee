"""python_wheels: the packages of one lock file, as a repository.

    python_wheels(name = "pypi_gymnasium", lock = "//third_party/python:gymnasium.lock")

gives

    @pypi_gymnasium//:site     py_library: `import gymnasium` in a py_test
    @pypi_gymnasium//:marker   one file in the folder of the packages, for tests in
                               other languages: its folder is a PYTHONPATH
    @pypi_gymnasium//:wheels   the wheel files, a folder for pip's --find-links
    @pypi_gymnasium//:lock     the lock file

Fetched once, through pip as this machine has it set up; no build or test needs
the network after that.
"""

_BUILD = """package(default_visibility = ["//visibility:public"])

py_library(
    name = "site",
    srcs = glob(["site/**/*.py"]),
    data = glob(
        ["site/**"],
        exclude = ["site/**/*.py", "site/**/* *"],
    ),
    imports = ["site"],
)

filegroup(
    name = "marker",
    srcs = ["site/RLMESH_SITE"],
    data = glob(
        ["site/**"],
        exclude = ["site/RLMESH_SITE", "site/**/* *"],
    ),
)

filegroup(
    name = "wheels",
    srcs = glob(["wheels/*.whl"]),
)

filegroup(
    name = "lock",
    srcs = ["requirements.lock"],
)
"""

def _python_wheels_impl(rctx):
    lock = rctx.path(rctx.attr.lock)
    installer = rctx.path(rctx.attr._installer)
    rctx.report_progress("installing the wheels of %s" % rctx.attr.lock)
    result = rctx.execute(
        ["/usr/bin/python3", installer, lock, "wheels", "site"],
        timeout = 1800,
    )
    if result.return_code != 0:
        fail("python_wheels %s: %s" % (rctx.name, (result.stderr or result.stdout).strip()))
    rctx.file("requirements.lock", rctx.read(lock))
    rctx.file("WORKSPACE", "workspace(name = %r)\n" % rctx.name)
    rctx.file("BUILD.bazel", _BUILD)

python_wheels = repository_rule(
    implementation = _python_wheels_impl,
    doc = "Installs the wheels of a lock file.",
    attrs = {
        "lock": attr.label(
            allow_single_file = True,
            mandatory = True,
            doc = "NAME==VERSION --hash=sha256:HEX lines; tools/update_locks writes it.",
        ),
        "_installer": attr.label(default = "//third_party/python:install_wheels.py"),
    },
)

def python_dependencies():
    """Declares the Python packages that tests use."""
    python_wheels(
        name = "pypi_gymnasium",
        lock = "//third_party/python:gymnasium.lock",
    )
    python_wheels(
        name = "pypi_rlmesh",
        lock = "//third_party/python:rlmesh.lock",
    )
