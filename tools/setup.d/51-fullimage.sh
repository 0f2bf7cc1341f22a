# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The second root disk, for tools/guest --image full: systemd and tracing tools, with the first one's modules.

STEP_ABOUT="guest's second root disk, with systemd and tracing tools"
STEP_AFTER='series fullroot image'
STEP_NEED_MB=1000
STEP_LAZY=1

step_run() {
	local version stage=$STEP_TMP/root
	version=$(kernel_version)
	cp -al "$CACHE/fullroot" "$stage"
	# What judges files on this side.
	rm "$stage/usr/bin/promtool" "$stage/usr/bin/mandoc"
	mkdir -p "$stage/usr/lib/modules" "$stage/boot"
	cp -a "$CACHE/image/modules/lib/modules/$version" "$stage/usr/lib/modules/"
	cp "$ROOT/usr/src/linux-headers-$version/.config" "$stage/boot/config-$version"
	truncate -s 6G "$OUT/guest.img"
	mkfs.ext4 -q -F -m 0 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 -d "$stage" "$OUT/guest.img"
	echo "guest.img: $(du -h "$OUT/guest.img" | cut -f1) on disk"
}
