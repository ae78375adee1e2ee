"""The Starlark rule sets that our dependencies load."""

load(":source_archive.bzl", "source_archive")
load(":stub_repo.bzl", "stub_repo")

def rule_sets():
    """Rule sets, and stand-ins for those that are loaded but never used."""
    source_archive(
        name = "bazel_skylib",
        debian = "bazel-skylib/bazel-skylib_1.0.3.orig.tar.xz",
        debian_sha256 = "b22f0f38d9a1ac565fce8a43df3d284f6b8e5e8775bda54b5cb687bed46b6ea4",
        debian_strip_prefix = "bazel-skylib-1.0.3",
        sha256 = "1c531376ac7e5a180e0237938a2536de0c54d93f5c278634818e0efc952dd56c",
        urls = ["https://github.com/bazelbuild/bazel-skylib/releases/download/1.0.3/bazel-skylib-1.0.3.tar.gz"],
    )
    source_archive(
        # The copy inside bazel-bootstrap 4.2.3 lacks os:wasi and cpu:wasm32,
        # which re2 and abseil name.
        name = "platforms",
        debian = "bazel-platforms/bazel-platforms_0.0.2.orig.tar.xz",
        debian_sha256 = "2e582a0841457e38ba2b263c7021bc57241f6934f86df8a1b5c5ae32169bf490",
        debian_strip_prefix = "platforms-0.0.2",
        sha256 = "48a2d8d343863989c232843e01afc8a986eb8738766bfd8611420a7db8f6f0c3",
        urls = ["https://github.com/bazelbuild/platforms/releases/download/0.0.2/platforms-0.0.2.tar.gz"],
    )
    source_archive(
        name = "rules_cc",
        debian = "bazel-rules-cc/bazel-rules-cc_0.0.4.orig.tar.xz",
        debian_sha256 = "b147e1d69afb30b36616a9c7cf6c661b48e01d79581f36927eb39e04ffc572ff",
        debian_strip_prefix = "rules_cc-0.0.4",
        patches = ["//third_party:patches/rules_cc.patch"],
        sha256 = "af6cc82d87db94585bceeda2561cb8a9d55ad435318ccb4ddfee18a43580fb5d",
        strip_prefix = "rules_cc-0.0.4",
        urls = ["https://github.com/bazelbuild/rules_cc/releases/download/0.0.4/rules_cc-0.0.4.tar.gz"],
    )
    source_archive(
        name = "rules_proto",
        debian = "bazel-rules-proto/bazel-rules-proto_4.0.0-3.20.0.orig.tar.xz",
        debian_sha256 = "969c542f48cbd468ee291015105a6ddca121d43345221bef223e638278ddcb7f",
        debian_strip_prefix = "rules_proto-4.0.0",
    )
    source_archive(
        name = "rules_java",
        debian = "bazel-rules-java/bazel-rules-java_4.0.0.orig.tar.xz",
        debian_sha256 = "dcb49111bead562cc76418ccb598ecbb367d6b9d35be8808aa7fa354e9751fb5",
        sha256 = "34b41ec683e67253043ab1a3d1e8b7c61e4e8edefbcad485381328c934d072fe",
        urls = ["https://github.com/bazelbuild/rules_java/releases/download/4.0.0/rules_java-4.0.0.tar.gz"],
    )

    # Loaded by protobuf's BUILD files for Python and packaging targets that are
    # never built here.
    stub_repo(
        name = "rules_python",
        files = {
            "python/BUILD": "",
            "python/defs.bzl": "py_library = native.py_library\npy_test = native.py_test\n",
        },
    )
    stub_repo(
        name = "rules_pkg",
        files = {
            "BUILD": "",
            "mappings.bzl": """
def pkg_files(**kwargs):
    pass

def _ignore(*args, **kwargs):
    return None

strip_prefix = struct(from_root = _ignore, from_pkg = _ignore, files_only = _ignore)
""",
        },
    )

    # Every test target depends on Bazel's Java coverage tool, which Bazel would
    # download. Only `bazel coverage` would run it.
    stub_repo(
        name = "remote_coverage_tools",
        files = {
            "BUILD": """
[sh_binary(
    name = name,
    srcs = ["unavailable.sh"],
    visibility = ["//visibility:public"],
) for name in ["coverage_report_generator", "lcov_merger"]]
""",
            "unavailable.sh": "#!/bin/sh\necho 'coverage is not available in this build' >&2\nexit 1\n",
        },
    )
