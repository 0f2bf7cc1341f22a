# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The stock kernel as Debian ships it: vmlinuz, and its modules under lib/modules.

STEP_ABOUT='stock kernel and its modules'
STEP_AFTER='series root'
STEP_NEED_MB=450
STEP_NET=1

step_run() {
	local version names name debs=()
	version=$(kernel_version)
	# Newer packaging splits the image in binary and modules; older has all of it in linux-image.
	names=$(xz -dc "$CACHE/series/Packages.xz" |
		awk -v v="$version" '$1 == "Package:" && ($2 == "linux-binary-" v || $2 == "linux-modules-" v) { print $2 }')
	[[ $(wc -w <<<"$names") == 2 ]] || names=linux-image-$version
	mkdir "$STEP_TMP/deb"
	# shellcheck disable=SC2016,SC2086 # expanded inside the build root; several package names
	"$TOOLS/in-root" --bind "$STEP_TMP/deb:/mnt" bash -c '
		set -e
		apt-get -q -o APT::Sandbox::User=root update
		cd /mnt
		apt-get -q -o APT::Sandbox::User=root download "$@"
	' fetch $names || die "cannot download $(paste -sd ' ' <<<"$names"): a newer $version may have replaced it (tools/setup --refresh)"
	for name in "$STEP_TMP"/deb/*.deb; do
		dpkg-deb -x "$name" "$STEP_TMP/unpacked"
		debs+=("${name##*/}")
	done
	rm -rf "$STEP_TMP/deb"
	mkdir -p "$OUT/lib/modules"
	for name in "$STEP_TMP"/unpacked/{usr/lib,lib}/modules/"$version"; do
		[[ ! -d $name/kernel ]] || mv "$name" "$OUT/lib/modules/"
	done
	[[ -d $OUT/lib/modules/$version ]] || die "no modules of $version in ${debs[*]}"
	for name in "$OUT/lib/modules/$version/vmlinuz" "$STEP_TMP/unpacked/boot/vmlinuz-$version"; do
		[[ ! -f $name ]] || cp "$name" "$OUT/vmlinuz"
	done
	[[ -f $OUT/vmlinuz ]] || die "no vmlinuz in ${debs[*]}"
	# Newer packaging keeps the lists of what is built in with the headers' base package.
	cp -n "$ROOT/usr/lib/modules/$version"/modules.{builtin*,order} "$OUT/lib/modules/$version/" 2>/dev/null || true
	[[ -f $OUT/lib/modules/$version/modules.builtin ]] || die "no modules.builtin of $version"
	depmod -b "$OUT" "$version"
}
