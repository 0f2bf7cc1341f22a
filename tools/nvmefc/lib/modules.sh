# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154
# Whose a module is: loaded, as a file, in the initramfs. Ours are "rust", the kernel's own "c".

OURS='nvme-fc-rs maintainers'

# plain FILE: a module's bytes, whatever they are packed by.
plain() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -qdc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac 2>/dev/null
}

# file_build_id FILE: the 20 bytes behind the header of a GNU build-id note.
file_build_id() {
	offset=$(plain "$1" | grep -obUaP -m1 '\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0' | head -n 1 | cut -d: -f1)
	[ -z "$offset" ] || plain "$1" | tail -c +$((offset + 17)) 2>/dev/null | head -c 20 | od -An -v -tx1 | tr -d ' \n'
}

loaded_build_id() {
	od -An -v -tx1 -j16 "$SYSFS/module/$1/notes/.note.gnu.build-id" 2>/dev/null | tr -d ' \n'
}

# info OPTION.. NAME: modinfo of this kernel's modules.
info() {
	if [ -n "$ROOT" ]; then
		modinfo -b "$ROOT" -k "$RELEASE" "$@"
	else
		modinfo -k "$RELEASE" "$@"
	fi 2>/dev/null
}

# file_kind FILE: rust, c or other.
file_kind() {
	case $(modinfo -F author "$1" 2>/dev/null) in
	"$OURS") echo rust; return ;;
	esac
	case $(modinfo -F intree "$1" 2>/dev/null) in
	Y) echo c ;;
	*) echo other ;;
	esac
}

# from_file NAME ID: the file of that module that has this build-id: the one that modprobe takes, or else another that
# this kernel has. Fails without one.
from_file() {
	file=$(info -n "$1")
	[ "$(file_build_id "$file")" = "$2" ] || file=$(
		find "$ROOT/lib/modules/$RELEASE/" -name "$1.ko*" 2>/dev/null | sort | while read -r other; do
			[ "$(file_build_id "$other")" != "$2" ] || { printf '%s' "$other"; break; }
		done
	)
	[ -n "$file" ] && printf '%s' "$file" | sed "s|^$ROOT/usr/lib/|$ROOT/lib/|; s|//*|/|g"
}

# module_kind NAME: of the one that is loaded. The file with its build-id tells; without such a file, what the module
# says of itself does.
module_kind() {
	id=$(loaded_build_id "$(echo "$1" | tr - _)")
	loaded_from=''
	if [ -n "$id" ] && loaded_from=$(from_file "$1" "$id"); then
		kind=$(file_kind "$loaded_from")
		return
	fi
	folder=$SYSFS/module/$(echo "$1" | tr - _)
	case $(first_line "$folder/version") in
	*rust*) kind=rust; return ;;
	esac
	case $(first_line "$folder/taint") in
	*O*) kind=rust ;;
	*) kind=c ;;
	esac
}

# initramfs_lists: the paths in this kernel's initramfs, for once; fails if nobody can tell.
initramfs_list() {
	for image in "$ROOT/boot/initrd.img-$RELEASE" "$ROOT/boot/initramfs-$RELEASE.img"; do
		[ -r "$image" ] || continue
		for lister in lsinitramfs lsinitrd; do
			command -v $lister >/dev/null 2>&1 || continue
			initramfs=$image
			initramfs_paths=$($lister "$image" 2>/dev/null) && return 0
		done
	done
	return 1
}
