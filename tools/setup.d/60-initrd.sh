# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The initramfs: busybox, the modules that find the root disk, and a script that unpacks the job and moves on to it.

STEP_ABOUT="guest's initramfs"
STEP_AFTER='series image'
STEP_NEED_MB=20

step_run() {
	local version stage=$STEP_TMP/initrd module applet n=10
	version=$(kernel_version)
	mkdir -p "$stage"/{bin,dev,proc,sys,root,modules}
	cp "$(command -v busybox)" "$stage/bin/busybox"
	for applet in sh mount insmod switch_root sleep tar echo poweroff; do ln -s busybox "$stage/bin/$applet"; done
	for module in virtio_pci virtio_blk crypto-crc32c ext4; do
		# Modules built into the kernel, and aliases that this version does not know, need nothing.
		{ modprobe -d "$CACHE/image/modules" -S "$version" --show-depends "$module" 2>/dev/null || true; } |
			awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++' | while read -r module; do
		cp "$module" "$stage/modules/$n-${module##*/}"
		n=$((n + 1))
	done
	cat >"$stage/init" <<-'INIT'
		#!/bin/sh
		fail() { echo "guest-init: $1" >/dev/kmsg; poweroff -f; }
		mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
		for module in /modules/*.ko; do [ ! -e "$module" ] || insmod "$module" || fail "cannot load $module"; done
		tries=0
		while [ ! -b /dev/vdb ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
		mount -t ext4 -o noatime /dev/vda /root || fail "cannot mount the root disk"
		mount -t tmpfs job /root/job || fail "cannot mount /job"
		tar -x -f /dev/vdb -C /root/job || fail "cannot unpack the job"
		for m in dev proc sys; do mount -o move /$m /root/$m; done
		exec switch_root /root /job/.guest/init
	INIT
	chmod +x "$stage/init"
	(cd "$stage" && find . | cpio -o -H newc --quiet | gzip -1) >"$OUT/initrd.gz"
}
