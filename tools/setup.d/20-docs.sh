# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# A small Debian root with Sphinx and Graphviz, for `make docs` alone.

STEP_ABOUT='Sphinx and Graphviz, in a root of their own'
STEP_NEED_MB=600
STEP_NET=1
STEP_LAZY=2

step_run() {
	local mirror
	mirror=$(debian_mirror /etc/apt)
	apt_options >"$STEP_TMP/apt.conf"
	# As for the build root.
	unshare --mount --propagation private mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
		--aptopt="$STEP_TMP/apt.conf" --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
		--include=python3-sphinx,graphviz,fonts-dejavu-core \
		trixie "$OUT" "deb $mirror trixie main"
	rm -f "$OUT/etc/resolv.conf" "$OUT/etc/hosts"
	touch "$OUT/etc/resolv.conf" "$OUT/etc/hosts"
	[[ -x $OUT/usr/bin/sphinx-build && -x $OUT/usr/bin/dot ]] || die "Sphinx or Graphviz was not installed"
}
