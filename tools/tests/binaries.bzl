"""Tests of the programs that are copied to other machines."""

def static_binary_tests(limits):
    """One test for each program: it is static and not too large.

    Args:
      limits: label of a cc_binary -> megabytes that it may have when stripped.
    """
    for label, megabytes in limits.items():
        native.sh_test(
            name = label.split(":")[-1] + "_is_static_test",
            size = "small",
            srcs = ["check_static.sh"],
            args = ["$(rootpath %s)" % label, str(megabytes)],
            data = [label],
        )

def direct_dependency_test(name, wanted):
    """Fails when no target of ours depends directly on one of the libraries.

    Args:
      name: of the test.
      wanted: name of an external repository -> label of one of our programs or
        tests. Somewhere below that label a target of ours must depend on a target
        of the repository, with nobody else in between.
    """
    queries = []
    for repository, label in wanted.items():
        query = "%s_%s" % (name, repository)
        native.genquery(
            name = query,
            testonly = True,
            # Those of our targets that are one step above the repository.
            expression = (
                "let all = deps(%s) in filter('^//(rlmesh|tools)', rdeps($all, filter('^@%s//', $all), 1))" %
                (label, repository)
            ),
            scope = [label],
        )
        queries.append(":" + query)
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["direct_dependencies_test.sh"],
        args = ["$(rootpath %s)" % query for query in queries],
        data = queries,
    )
