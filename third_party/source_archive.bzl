"""source_archive: one pinned source archive, from wherever it can be had.

A release is often found in two places: upstream's own archive, and the
".orig" tarball of Debian's source package, which is the same file or was packed
again. Each place is pinned by its own sha256. The rule tries, in this order:

 1. Bazel's repository cache (both pins), which needs no network;
 2. the Debian source package, through the machine's own package mirrors;
 3. the upstream URLs.

Example:

    source_archive(
        name = "zlib",
        debian = "zlib/zlib_1.2.13.dfsg.orig.tar.bz2",    # package/file
        debian_sha256 = "71fe...",
        debian_strip_prefix = "zlib-1.2.13.dfsg",
        urls = ["https://zlib.net/fossils/zlib-1.2.13.tar.gz"],
        sha256 = "b3a2...",
        strip_prefix = "zlib-1.2.13",
    )
"""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "patch")

def _unpack(rctx, name, strip_prefix):
    if name.endswith(".deb"):
        result = rctx.execute(["dpkg-deb", "--extract", ".archive/" + name, "."])
        if result.return_code != 0:
            fail("source_archive %s: dpkg-deb: %s" % (rctx.name, result.stderr))
    else:
        rctx.extract(".archive/" + name, stripPrefix = strip_prefix)
    rctx.delete(".archive")

def _from_debian(rctx):
    package, _, file = rctx.attr.debian.partition("/")
    result = rctx.execute(
        [rctx.path(rctx.attr._fetch), package, file, rctx.attr.debian_sha256],
        timeout = 1200,
    )
    if result.return_code != 0:
        return result.stderr.strip()

    # Through download(), so that the file enters the repository cache.
    rctx.download(
        url = "file://" + result.stdout.strip(),
        output = ".archive/" + file,
        sha256 = rctx.attr.debian_sha256,
    )
    _unpack(rctx, file, rctx.attr.debian_strip_prefix)
    return None

def _complete_debian_tree(rctx):
    """Puts back what Debian left out of the archive."""
    for label, path in rctx.attr.debian_overlay.items():
        rctx.symlink(rctx.path(Label(label)), path)
    for command in rctx.attr.debian_cmds:
        result = rctx.execute(["bash", "-c", command])
        if result.return_code != 0:
            fail("source_archive %s: %s: %s" % (rctx.name, command, result.stderr))

def _from_cache(rctx, sha256, strip_prefix, name):
    """Extracts the archive when the repository cache holds it."""
    if not sha256:
        return False
    result = rctx.download(
        # From nowhere: only the cache, looked up by sha256, can answer. A miss is
        # the normal case on a new machine, and says nothing.
        url = [],
        output = ".archive/" + name,
        sha256 = sha256,
        allow_fail = True,
    )
    if not result.success:
        return False
    rctx.report_progress("unpacking %s from the repository cache" % name)
    _unpack(rctx, name, strip_prefix)
    return True

def _get(rctx):
    attr = rctx.attr
    if attr.debian and _from_cache(rctx, attr.debian_sha256, attr.debian_strip_prefix, attr.debian.split("/")[-1]):
        _complete_debian_tree(rctx)
        return
    if attr.urls and attr.sha256 != attr.debian_sha256 and _from_cache(rctx, attr.sha256, attr.strip_prefix, attr.urls[0].split("/")[-1]):
        return
    reasons = []
    if attr.debian:
        rctx.report_progress("fetching %s from Debian's sources" % attr.debian)
        reason = _from_debian(rctx)
        if not reason:
            _complete_debian_tree(rctx)
            return
        reasons.append(reason)
    if attr.urls:
        rctx.report_progress("fetching %s" % attr.urls[0])
        result = rctx.download_and_extract(
            url = attr.urls,
            sha256 = attr.sha256,
            stripPrefix = attr.strip_prefix,
            allow_fail = True,
        )
        if result.success:
            return
        reasons.append("none of %s could be downloaded" % ", ".join(attr.urls))
    fail("%s: %s. Check the network, or put the file into the sources folder of the cache (~/.cache/rlmesh/sources)." % (rctx.name, "; ".join(reasons)))

def _source_archive_impl(rctx):
    attr = rctx.attr
    if bool(attr.debian) != bool(attr.debian_sha256):
        fail("source_archive %s: 'debian' and 'debian_sha256' go together" % rctx.name)
    if bool(attr.urls) != bool(attr.sha256):
        fail("source_archive %s: 'urls' and 'sha256' go together" % rctx.name)
    if not attr.debian and not attr.urls:
        fail("source_archive %s: name a place: 'debian', 'urls' or both" % rctx.name)

    # Labels are resolved first: a label seen for the first time restarts the rule.
    if attr.build_file:
        rctx.path(attr.build_file)
    for label in attr.patches:
        rctx.path(label)
    rctx.path(attr._fetch)
    _get(rctx)
    patch(rctx)
    rctx.file("WORKSPACE", "workspace(name = %r)\n" % rctx.name)
    if attr.build_file:
        rctx.delete("BUILD.bazel")
        rctx.delete("BUILD")
        rctx.symlink(rctx.path(attr.build_file), "BUILD.bazel")

source_archive = repository_rule(
    implementation = _source_archive_impl,
    doc = "Unpacks one pinned source archive, patches it and gives it a BUILD file.",
    attrs = {
        "debian": attr.string(doc = "Debian source package and file: 'PACKAGE/FILE'."),
        "debian_sha256": attr.string(doc = "sha256 of that file."),
        "debian_strip_prefix": attr.string(doc = "Folder inside it that becomes the root."),
        "debian_overlay": attr.string_dict(doc = "Files that Debian left out: label -> path. Fetched only when Debian's archive is used."),
        "debian_cmds": attr.string_list(doc = "Commands that make files which Debian left out."),
        "urls": attr.string_list(doc = "Upstream places of the release."),
        "sha256": attr.string(doc = "sha256 of the upstream file."),
        "strip_prefix": attr.string(doc = "Folder inside the upstream file that becomes the root."),
        "build_file": attr.label(doc = "BUILD file for a source without one."),
        "patches": attr.label_list(doc = "Patches, applied in order."),
        "patch_args": attr.string_list(default = ["-p1"]),
        "patch_cmds": attr.string_list(doc = "Shell commands run in the unpacked tree."),
        "patch_cmds_win": attr.string_list(),
        "patch_tool": attr.string(),
        "_fetch": attr.label(default = "//third_party:fetch_debian_file.sh"),
    },
)
