# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
"""The layer check catches what it is there for, and lets pass what is allowed."""

import unittest

from tools.lint import layer_table
from tools.lint import sample_tree


def findings(files):
    return sample_tree.findings("layers", files)


def library(**attributes):
    return "cc_library(name = 'x', %s)\n" % ", ".join(
        "%s = %r" % item for item in attributes.items())


class IncludeTest(unittest.TestCase):

    def assert_found(self, path, include, *words):
        found = findings({path: '#include "%s"\n' % include})
        self.assertEqual(len(found), 1, found)
        for word in (path + ":1:", include) + words:
            self.assertIn(word, found[0])

    def assert_allowed(self, path, include):
        self.assertEqual(findings({path: '#include "%s"\n' % include}), [])

    def test_upward_include_is_found(self):
        self.assert_found("rlmesh/base/a.h", "rlmesh/env/environment.h", "base may not depend on env")
        self.assert_found("rlmesh/spaces/a.cc", "rlmesh/driver/run.h")
        self.assert_found("rlmesh/cleanup/a_test.cc", "rlmesh/sandbox/source_ref.h")

    def test_sideways_include_is_found(self):
        self.assert_found("rlmesh/env/a.cc", "rlmesh/model/model.h", "it may depend on: base, proto")
        self.assert_found("rlmesh/json/a.cc", "rlmesh/http/client.h")

    def test_downward_include_is_allowed(self):
        self.assert_allowed("rlmesh/env/a.cc", "rlmesh/spaces/value.h")
        self.assert_allowed("rlmesh/spaces/a.cc", "rlmesh/spaces/value.h")
        self.assert_allowed("rlmesh/env_server_main.cc", "rlmesh/env/env_service.h")
        self.assert_allowed("rlmesh/launch/a.cc", "rlmesh/engine/client.h")
        self.assert_allowed("rlmesh/env/builtin/a.cc", "rlmesh/env/environment.h")

    def test_one_target_of_a_folder_allows_only_that(self):
        self.assert_allowed("rlmesh/driver/a.h", "rlmesh/env/environment.h")
        self.assert_found("rlmesh/driver/a.h", "rlmesh/env/env_service.h")
        self.assert_found("rlmesh/worker/a.cc", "rlmesh/transport/channel.h")

    def test_tests_may_use_fakes_of_what_they_may_use_one_target_of(self):
        self.assert_allowed("rlmesh/driver/a_test.cc", "rlmesh/env/testing/fake_environment.h")
        self.assert_found("rlmesh/driver/a.cc", "rlmesh/env/testing/fake_environment.h")

    def test_nothing_depends_on_the_top(self):
        self.assert_found("rlmesh/launch/a.cc", "rlmesh/cli/table.h")
        self.assert_found("rlmesh/bench/a.cc", "rlmesh/python/bindings/x.h")

    def test_mains_may_use_the_command_line_folder(self):
        self.assert_allowed("rlmesh/reaper_main.cc", "rlmesh/cli/table.h")
        self.assert_found("rlmesh/reaper_main.cc", "rlmesh/bench/x.h")

    def test_wrapped_third_party_code_stays_in_its_folder(self):
        self.assert_found("rlmesh/spaces/a.cc", "nlohmann/json.hpp", "only json may")
        self.assert_found("rlmesh/env/environment.h", "httplib.h")
        self.assert_found("rlmesh/worker/a.cc", "grpcpp/grpcpp.h")
        self.assert_allowed("rlmesh/json/a.cc", "nlohmann/json.hpp")
        self.assert_allowed("rlmesh/bench/a.cc", "grpcpp/grpcpp.h")

    def test_angle_brackets_and_spacing_are_seen(self):
        found = findings({"rlmesh/base/a.h": "\n  #  include <rlmesh/env/environment.h>\n"})
        self.assertEqual(len(found), 1)
        self.assertIn("rlmesh/base/a.h:2:", found[0])

    def test_relative_includes_cannot_hide_where_they_lead(self):
        for include in ("../env/environment.h", "./../env/environment.h",
                        "rlmesh/base/../env/environment.h"):
            self.assert_found("rlmesh/base/a.h", include, "from the root of the tree")
        found = findings({"rlmesh/base/a.h": '#include"rlmesh/env/environment.h"\n'})
        self.assertEqual(len(found), 1)

    def test_tools_may_not_need_the_product(self):
        self.assert_found("tools/embed/a.cc", "rlmesh/base/fd.h")
        self.assert_allowed("rlmesh/base/version.cc", "tools/version/version.h")

    def test_folder_without_a_row_is_found(self):
        found = findings({"rlmesh/misc/a.h": ""})
        self.assertEqual(len(found), 1)
        self.assertIn("rlmesh/misc has no row", found[0])


class BuildFileTest(unittest.TestCase):

    def test_upward_dependency_is_found(self):
        text = "\n" + library(deps=["//rlmesh/spaces:value", "//rlmesh/env:environment"])
        found = findings({"rlmesh/proto/BUILD.bazel": text})
        self.assertEqual(len(found), 2, found)
        self.assertIn("rlmesh/proto/BUILD.bazel:2: depends on //rlmesh/spaces:value", found[0])

    def test_dependency_inside_select_or_a_sum_is_found(self):
        text = ("cc_library(name = 'x', deps = ['//rlmesh/base:fd'] + select({\n"
                "  '//conditions:default': ['//rlmesh/rlm:loop'],\n}))\n")
        found = findings({"rlmesh/spaces/BUILD.bazel": text})
        self.assertEqual(len(found), 1, found)
        self.assertIn("//rlmesh/rlm:loop", found[0])

    def test_sources_of_another_folder_are_found(self):
        found = findings({"rlmesh/base/BUILD.bazel": library(srcs=["//rlmesh/env:a.cc"])})
        self.assertEqual(len(found), 1, found)

    def test_visibility_and_data_are_no_dependencies(self):
        text = library(visibility=["//rlmesh/env:__pkg__"], data=["//rlmesh:env_server"])
        self.assertEqual(findings({"rlmesh/spaces/BUILD.bazel": text}), [])

    def test_one_target_of_a_folder_allows_only_that(self):
        allowed = library(deps=["//rlmesh/env:environment", "//rlmesh/model:model"])
        self.assertEqual(findings({"rlmesh/driver/BUILD.bazel": allowed}), [])
        short = library(deps=["//rlmesh/model"])
        self.assertEqual(findings({"rlmesh/driver/BUILD.bazel": short}), [])
        other = library(deps=["//rlmesh/env:env_service"])
        self.assertEqual(len(findings({"rlmesh/driver/BUILD.bazel": other})), 1)

    def test_fakes_are_for_tests(self):
        deps = "deps = ['//rlmesh/env/testing:fake_environment']"
        used = "cc_test(name = 'a_test', %s)\n" % deps
        self.assertEqual(findings({"rlmesh/driver/BUILD.bazel": used}), [])
        used = "cc_library(name = 'a', %s)\n" % deps
        self.assertEqual(len(findings({"rlmesh/driver/BUILD.bazel": used})), 1)

    def test_binaries_are_nobodys_dependency(self):
        found = findings({"rlmesh/env/BUILD.bazel": library(deps=["//rlmesh:env_server"])})
        self.assertEqual(len(found), 1, found)

    def test_wrapped_third_party_code_stays_in_its_folder(self):
        deps = library(deps=["@com_github_nlohmann_json//:json"])
        self.assertEqual(len(findings({"rlmesh/spaces/BUILD.bazel": deps})), 1)
        self.assertEqual(findings({"rlmesh/json/BUILD.bazel": deps}), [])

    def test_file_that_does_not_parse_is_found(self):
        found = findings({"rlmesh/base/BUILD.bazel": "cc_library(\n"})
        self.assertEqual(len(found), 1)
        self.assertIn("cannot be parsed", found[0])


class TableTest(unittest.TestCase):

    def test_has_no_cycle(self):
        order = []

        def visit(folder, path):
            self.assertNotIn(folder, path, "cycle: %s" % (path + [folder]))
            if folder in order:
                return
            for entry in layer_table.FOLDERS[folder]:
                if entry != "*":
                    visit(entry.partition(":")[0], path + [folder])
            order.append(folder)

        for folder in layer_table.FOLDERS:
            visit(folder, [])

    def test_every_row_names_known_folders(self):
        for user, row in layer_table.FOLDERS.items():
            for entry in row:
                self.assertIn(entry.partition(":")[0], list(layer_table.FOLDERS) + ["*"], user)


if __name__ == "__main__":
    unittest.main()
