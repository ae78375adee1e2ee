#!/usr/bin/env bash
# Copyright 2026 The RLMesh Authors.
# Use of this source code is governed by the Apache License 2.0
# that can be found in the LICENSE file.
#
# Prints the path of one pinned file of a Debian package, downloading it when it
# is not in the cache yet.
#
#   fetch_debian_file.sh PACKAGE FILE SHA256
#
# FILE is the .orig archive of a source package or, ending in .deb, a binary
# package. Uses the machine's own package mirrors through a private apt state:
# neither root nor a change to the machine is needed.
set -euo pipefail

package=$1 file=$2 sha256=$3
home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
cache=${RLMESH_CACHE:-$home/.cache/rlmesh}/sources
case $file in
  *.deb) type=deb ;;
  *) type=deb-src ;;
esac
apt=$cache/apt-$type

die() {
  echo "cannot get $file (Debian package $package): $*" >&2
  exit 1
}

fits() { [[ -f $1 ]] && echo "$sha256  $1" | sha256sum --check --status; }

mkdir -p "$cache"
if fits "$cache/$file"; then
  echo "$cache/$file"
  exit 0
fi
command -v apt-get >/dev/null || die "there is no apt-get on this machine"

# One download at a time: they share the private apt state.
exec 9>"$cache/.lock"
flock -w 900 9 || die "another download has held $cache/.lock for 15 minutes"
if fits "$cache/$file"; then
  echo "$cache/$file"
  exit 0
fi

codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
options=(
  -o "Dir::Etc::sourcelist=$apt/none"
  -o "Dir::Etc::sourceparts=$apt/sources.d"
  -o "Dir::State::lists=$apt/lists"
  -o "Dir::Cache=$apt/cache"
  -o "APT::Sandbox::User="
  -o "Acquire::Languages=none"
)

refresh() {
  rm -rf "$apt/sources.d"
  mkdir -p "$apt/sources.d" "$apt/lists/partial" "$apt/cache/archives/partial"
  local source
  for source in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -f $source ]] || continue
    awk -v c="$codename" -v t="$type" '
      $1 == "deb" {
        line = $0; sub(/^[ \t]*deb[ \t]+(\[[^]]*\][ \t]+)?/, "", line)
        split(line, word, " ")
        if (index(word[2], c) == 1) { sub(/deb/, t); print }
      }' "$source" >>"$apt/sources.d/machine.list"
  done
  for source in /etc/apt/sources.list.d/*.sources; do
    [[ -f $source ]] || continue
    grep -qE "^Suites:.*(^|[ \t])$codename" "$source" || continue
    sed -E 's/^Types:.*/Types: '$type'/' "$source" >"$apt/sources.d/$(basename "$source")"
  done
  apt-get "${options[@]}" -qq update >"$apt/update.log" 2>&1 ||
    die "apt-get update failed: $(tail -n 3 "$apt/update.log")"
}

# The version of the package that holds the pinned file: the stanzas of the index
# are separated by blank lines.
version() {
  local show=showsrc
  [[ $type == deb ]] && show=show
  apt-cache "${options[@]}" "$show" "$package" 2>/dev/null | awk -v RS= -v f="$file" -v s="$sha256" '
    index($0, s) && index($0, f) {
      n = split($0, line, "\n")
      for (i = 1; i <= n; i++) if (line[i] ~ /^Version: /) { sub(/^Version: /, "", line[i]); print line[i]; exit }
    }'
}

found=$(version || true)
if [[ -z $found ]]; then
  refresh
  found=$(version || true)
fi
[[ -n $found ]] || die "no version on this machine's package mirrors carries it with sha256 $sha256"

work=$(mktemp -d "$cache/.download.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [[ $type == deb ]]; then
  get=(download)
else
  # Without --tar-only it asks for packaging files that some mirrors have dropped.
  get=(source --download-only --tar-only)
fi
(cd "$work" && apt-get "${options[@]}" -qq "${get[@]}" "$package=$found" >"$work/log" 2>&1) ||
  die "download failed: $(tail -n 3 "$work/log")"
fits "$work/$file" || die "what was downloaded has another sha256 than $sha256"
mv "$work/$file" "$cache/$file"
echo "$cache/$file"
