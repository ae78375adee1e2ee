"""All external repositories: name, version, pins, patches.

README.md beside this file says what each is for, its licence, why it is patched
and which vulnerabilities of its version matter.
"""

load(":rule_sets.bzl", "rule_sets")
load(":source_archive.bzl", "source_archive")

def _base_libraries():
    source_archive(
        name = "com_google_absl",
        debian = "abseil/abseil_20220623.1.orig.tar.gz",
        debian_sha256 = "abfe2897f3a30edaa74bc34365afe3c2a3cd012091a97dc7e008f7016adcd5fe",
        debian_strip_prefix = "abseil-20220623.1",
        patches = ["//third_party:patches/abseil.patch"],
        sha256 = "91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8",
        strip_prefix = "abseil-cpp-20220623.1",
        urls = ["https://github.com/abseil/abseil-cpp/archive/refs/tags/20220623.1.tar.gz"],
    )
    source_archive(
        name = "com_google_googletest",
        debian = "googletest/googletest_1.12.1.orig.tar.gz",
        debian_sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        debian_strip_prefix = "googletest-release-1.12.1",
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
        urls = ["https://github.com/google/googletest/archive/release-1.12.1.tar.gz"],
    )
    source_archive(
        name = "com_github_google_benchmark",
        debian = "benchmark/benchmark_1.7.1.orig.tar.gz",
        debian_sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        debian_strip_prefix = "benchmark-1.7.1",
        sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        strip_prefix = "benchmark-1.7.1",
        urls = ["https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz"],
    )
    source_archive(
        name = "com_github_google_glog",
        build_file = "//third_party:glog.BUILD",
        debian = "google-glog/google-glog_0.6.0.orig.tar.gz",
        debian_sha256 = "8a83bf982f37bb70825df71a9709fa90ea9f4447fb3c099e1d720a439d88bad6",
        debian_strip_prefix = "glog-0.6.0",
        sha256 = "8a83bf982f37bb70825df71a9709fa90ea9f4447fb3c099e1d720a439d88bad6",
        strip_prefix = "glog-0.6.0",
        urls = ["https://github.com/google/glog/archive/refs/tags/v0.6.0.tar.gz"],
    )
    source_archive(
        name = "com_github_nlohmann_json",
        build_file = "//third_party:nlohmann_json.BUILD",
        debian = "nlohmann-json3/nlohmann-json3_3.11.2.orig.tar.gz",
        debian_sha256 = "d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273",
        debian_strip_prefix = "json-3.11.2",
        sha256 = "d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273",
        strip_prefix = "json-3.11.2",
        urls = ["https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz"],
    )
    source_archive(
        name = "zlib",
        build_file = "@com_github_grpc_grpc//third_party:zlib.BUILD",
        debian = "zlib/zlib_1.2.13.dfsg.orig.tar.bz2",
        debian_sha256 = "71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1",
        debian_strip_prefix = "zlib-1.2.13.dfsg",
        sha256 = "b3a24de97a8fdbc835b9833169501030b8977031bcb54b3b3ac13740f846ab30",
        strip_prefix = "zlib-1.2.13",
        urls = ["https://github.com/madler/zlib/releases/download/v1.2.13/zlib-1.2.13.tar.gz"],
    )

def _re2():
    source_archive(
        # Debian leaves RE2's generated Unicode tables out; RE2's own scripts make
        # them again from these files.
        name = "unicode_data",
        build_file = "//third_party:unicode_data.BUILD",
        debian = "unicode-data/unicode-data_15.0.0-1_all.deb",
        debian_sha256 = "5efef23bbb1c6a133ecbdd63a2cfa07159ccacf5466a49e2426101c5ecd691fc",
    )
    source_archive(
        name = "com_googlesource_code_re2",
        build_file = "//third_party:re2.BUILD",
        debian = "re2/re2_20220601+dfsg.orig.tar.xz",
        debian_cmds = [
            "sed -i -e 's#^_UNICODE_DIR = .*#_UNICODE_DIR = \"unicode\"#' -e 's#^from six.moves import urllib#import urllib.request#' re2/unicode.py",
            "python3 re2/make_unicode_groups.py > re2/unicode_groups.cc",
            "python3 re2/make_unicode_casefold.py > re2/unicode_casefold.cc",
            "perl re2/make_perl_groups.pl > re2/perl_groups.cc",
        ],
        debian_overlay = {
            "@unicode_data//:usr/share/unicode/CaseFolding.txt": "unicode/CaseFolding.txt",
            "@unicode_data//:usr/share/unicode/Scripts.txt": "unicode/Scripts.txt",
            "@unicode_data//:usr/share/unicode/UnicodeData.txt": "unicode/UnicodeData.txt",
        },
        debian_sha256 = "3bc61251da3b0b97be40a8a127818c517c62516e4eda11fc901d29496663df54",
        debian_strip_prefix = "re2-2022-06-01",
        sha256 = "f89c61410a072e5cbcf8c27e3a778da7d6fd2f2b5b1445cd4f4508bee946ab0f",
        strip_prefix = "re2-2022-06-01",
        urls = ["https://github.com/google/re2/archive/refs/tags/2022-06-01.tar.gz"],
    )

def _grpc_and_below():
    source_archive(
        name = "com_github_cares_cares",
        build_file = "//third_party:cares.BUILD",
        debian = "c-ares/c-ares_1.18.1.orig.tar.gz",
        debian_sha256 = "1a7d52a8a84a9fbffb1be9133c0f6e17217d91ea5a6fa61f6b4729cda78ebbcf",
        debian_strip_prefix = "c-ares-1.18.1",
        patches = ["//third_party:patches/cares.patch"],
        sha256 = "1a7d52a8a84a9fbffb1be9133c0f6e17217d91ea5a6fa61f6b4729cda78ebbcf",
        strip_prefix = "c-ares-1.18.1",
        urls = ["https://github.com/c-ares/c-ares/releases/download/cares-1_18_1/c-ares-1.18.1.tar.gz"],
    )
    source_archive(
        # BoringSSL 1530333b25589ee4d4d52b10e78ee55dd82f6dcd as imported by
        # Android 13: with its generated assembly and BUILD files, which no
        # upstream release archive carries.
        name = "boringssl",
        debian = "android-platform-external-boringssl/android-platform-external-boringssl_13.0.0+r24.orig.tar.xz",
        debian_sha256 = "583b7aeee1fca68b8244d086cea6fca23bd19d517bd63f0b9de714e048f92a7d",
        debian_strip_prefix = "android-platform-external-boringssl-13.0.0+r24",
        patches = ["//third_party:patches/boringssl.patch"],
    )
    source_archive(
        name = "com_google_protobuf",
        debian = "protobuf/protobuf_3.21.12.orig.tar.gz",
        debian_sha256 = "930c2c3b5ecc6c9c12615cf5ad93f1cd6e12d0aba862b572e076259970ac3a53",
        debian_strip_prefix = "protobuf-3.21.12",
        sha256 = "930c2c3b5ecc6c9c12615cf5ad93f1cd6e12d0aba862b572e076259970ac3a53",
        strip_prefix = "protobuf-3.21.12",
        urls = ["https://github.com/protocolbuffers/protobuf/archive/v3.21.12.tar.gz"],
    )
    grpc = dict(
        debian = "grpc/grpc_1.51.1.orig.tar.gz",
        debian_sha256 = "b55696fb249669744de3e71acc54a9382bea0dce7cd5ba379b356b12b82d4229",
        sha256 = "b55696fb249669744de3e71acc54a9382bea0dce7cd5ba379b356b12b82d4229",
        urls = ["https://github.com/grpc/grpc/archive/v1.51.1.tar.gz"],
    )
    source_archive(
        name = "com_github_grpc_grpc",
        debian_strip_prefix = "grpc-1.51.1",
        patches = [
            "//third_party:patches/grpc.patch",
            "//third_party:patches/grpc_security.patch",
        ],
        strip_prefix = "grpc-1.51.1",
        **grpc
    )
    source_archive(
        # The copy of upb inside gRPC 1.51.1, as a repository of its own.
        name = "upb",
        debian_strip_prefix = "grpc-1.51.1/third_party/upb",
        strip_prefix = "grpc-1.51.1/third_party/upb",
        **grpc
    )

    # gRPC's BUILD files name their dependencies through //external:<name>.
    for name, actual in {
        "cares": "@com_github_cares_cares//:ares",
        "grpc_cpp_plugin": "@com_github_grpc_grpc//src/compiler:grpc_cpp_plugin",
        "libcrypto": "@boringssl//:crypto",
        "libssl": "@boringssl//:ssl",
        "madler_zlib": "@zlib//:zlib",
        "protobuf": "@com_google_protobuf//:protobuf",
        "protobuf_clib": "@com_google_protobuf//:protoc_lib",
        "protobuf_headers": "@com_google_protobuf//:protobuf_headers",
        "protocol_compiler": "@com_google_protobuf//:protoc",
        "re2": "@com_googlesource_code_re2//:re2",
        "upb_json_lib": "@upb//:json",
        "upb_lib": "@upb//:upb",
        "upb_reflection": "@upb//:reflection",
        "upb_textformat_lib": "@upb//:textformat",
    }.items():
        native.bind(name = name, actual = actual)

def rlmesh_dependencies():
    """Declares every external repository of the workspace."""
    rule_sets()
    _base_libraries()
    _re2()
    _grpc_and_below()
