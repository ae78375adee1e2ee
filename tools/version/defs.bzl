"""The release number, and how it gets into binaries, wheels and image labels.

The number is one constant in the root BUILD file:

    VERSION = "0.2.0"
    version_constant(name = "version", value = VERSION, visibility = [...])

//:version is a file with that text (for wheels and labels, through its one
output) and a provider for rules. //tools/version:version_cc is the C++ library;
it alone also carries the commit, so that a commit recompiles one small file and
links again only what prints a version.
"""

VersionInfo = provider(
    doc = "The release number of this tree.",
    fields = {"value": "For example 0.2.0."},
)

def _version_constant_impl(ctx):
    parts = ctx.attr.value.split(".")
    if len(parts) != 3 or not all([p.isdigit() for p in parts]):
        fail("version_constant: %r is not MAJOR.MINOR.PATCH" % ctx.attr.value)
    file = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(file, ctx.attr.value + "\n")
    return [
        DefaultInfo(
            files = depset([file]),
            runfiles = ctx.runfiles(files = [file]),
        ),
        VersionInfo(value = ctx.attr.value),
    ]

version_constant = rule(
    implementation = _version_constant_impl,
    doc = "Declares the release number.",
    attrs = {"value": attr.string(mandatory = True)},
)

def _version_source_impl(ctx):
    out = ctx.outputs.out
    ctx.actions.run_shell(
        # The file of stable status values: `KEY value` lines.
        command = """
commit=$(sed -n 's/^STABLE_RLMESH_COMMIT //p' "$1")
sed -e "s/@COMMIT@/${commit:-unknown}/" -e "s/@VERSION@/$2/" "$3" > "$4"
""",
        arguments = [
            ctx.info_file.path,
            ctx.attr.version[VersionInfo].value,
            ctx.file.template.path,
            out.path,
        ],
        inputs = [ctx.info_file, ctx.file.template],
        outputs = [out],
        mnemonic = "StampVersion",
        progress_message = "Stamping the version",
    )
    return [DefaultInfo(files = depset([out]))]

version_source = rule(
    implementation = _version_source_impl,
    doc = "Fills @VERSION@ and @COMMIT@ into a template.",
    attrs = {
        "out": attr.output(mandatory = True),
        "template": attr.label(allow_single_file = True, mandatory = True),
        "version": attr.label(providers = [VersionInfo], mandatory = True),
    },
)
