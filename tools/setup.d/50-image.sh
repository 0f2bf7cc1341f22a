# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# The guest's root disk: its user space and the stock modules that tests need, unpacked, as one ext4 image.
# modules/ keeps the same modules on this side, so that tools/guest can run depmod here, where it is quick.

STEP_ABOUT="guest's root disk with the stock modules"
STEP_AFTER='series guestroot kernel'
STEP_NEED_MB=1500

# Folders below kernel/ that go in whole; their dependencies follow wherever they are.
image_folders='drivers/nvme drivers/block drivers/md drivers/scsi/lpfc drivers/scsi/qla2xxx drivers/scsi/fnic
drivers/target crypto lib fs/ext4 fs/jbd2 fs/configfs arch/x86/crypto block'
image_modules='scsi_debug sd_mod sg virtio_pci virtio_blk virtio_console virtio_rng msr'

# wanted_modules TREE: the modules of those lists and all they depend on, as paths in TREE.
wanted_modules() {
	awk -v folders="$image_folders" -v modules="$image_modules" '
		function take(path,   i, n, d) {
			if (path in taken) return
			taken[path] = 1
			print path
			n = split(needs[path], d, " ")
			for (i = 1; i <= n; i++) take(d[i])
		}
		BEGIN { nf = split(folders, f, /[ \n]+/); nm = split(modules, m, /[ \n]+/); for (i in m) named[m[i]] = 1 }
		{
			path = $1; sub(/:$/, "", path); $1 = ""; needs[path] = $0
			name = path; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name)
			wanted = name in named
			for (i = 1; i <= nf; i++) if (index(path, "kernel/" f[i] "/") == 1) wanted = 1
			if (wanted) first[path] = 1
		}
		END { for (path in first) take(path) }' "$1/modules.dep"
}

step_run() {
	local version tree stage=$STEP_TMP/root path
	version=$(kernel_version)
	tree=$CACHE/kernel/lib/modules/$version
	while read -r path; do
		mkdir -p "$OUT/modules/lib/modules/$version/${path%/*}"
		case $path in
		*.xz) xz -dc "$tree/$path" ;;
		*.zst) zstd -qdc "$tree/$path" ;;
		*) cat "$tree/$path" ;;
		esac >"$OUT/modules/lib/modules/$version/${path%.ko*}.ko"
	done < <(wanted_modules "$tree" | sort)
	cp "$tree"/modules.builtin* "$tree"/modules.order "$OUT/modules/lib/modules/$version/"
	depmod -b "$OUT/modules" "$version"
	for path in nvme-fc nvmet-fc nvme-fcloop lpfc qla2xxx fnic null_blk loop brd dm-mod; do
		modprobe -d "$OUT/modules" -S "$version" --show-depends "$path" >/dev/null ||
			die "the stock kernel $version has no module $path"
	done
	cp -al "$CACHE/guestroot" "$stage"
	mkdir -p "$stage/usr/lib/modules" "$stage/boot"
	cp -a "$OUT/modules/lib/modules/$version" "$stage/usr/lib/modules/"
	cp "$ROOT/usr/src/linux-headers-$version/.config" "$stage/boot/config-$version"
	truncate -s 6G "$OUT/guest.img"
	mkfs.ext4 -q -F -m 0 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 -d "$stage" "$OUT/guest.img"
	echo "guest.img: $(du -h "$OUT/guest.img" | cut -f1) on disk"
}
