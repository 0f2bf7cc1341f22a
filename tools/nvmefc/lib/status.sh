# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# nvmefc status. Exit status 0: ours throughout, loaded and at the next boot; 1: something needs attention; 2: neither
# transport is loaded.

# shellcheck source=tools/nvmefc/lib/modules.sh
. "$LIB/modules.sh"

holders() {
	names=''
	for holder in "$SYSFS/module/$1/holders"/*; do
		[ ! -e "$holder" ] || names=$names${names:+,}${holder##*/}
	done
	printf '%s' "${names:--}"
}

# abi_state FILE: whether the structs that the module was built with are those of the cores that are loaded: match, differs
# or unchecked; nothing where that cannot be told.
abi_state() {
	stamp=$(modinfo -F abi "$1" 2>/dev/null)
	case $stamp in
	'') return ;;
	unchecked) echo unchecked; return ;;
	esac
	seen=''
	for pair in $(echo "$stamp" | tr , ' '); do
		btf=$SYSFS/kernel/btf/${pair%%=*}
		[ -r "$btf" ] || continue
		[ "$(sha256sum <"$btf" | cut -c1-16)" = "${pair#*=}" ] || { echo differs; return; }
		seen=1
	done
	[ -z "$seen" ] || echo match
}

# module_record NAME SIDE: one record of what is known of it.
module_record() {
	underscored=$(echo "$1" | tr - _)
	next=$(info -n "$1")
	next_kind=-
	case $next in
	/*) next_kind=$(file_kind "$next") ;;
	*) next='' ;;
	esac
	if loaded "$underscored"; then
		module_kind "$1"
		printf 'kind=module module=%s side=%s loaded=1 implementation=%s version=%s build_id=%s taint=%s file=%s holders=%s' \
			"$underscored" "$2" "$kind" "$(encoded "$(first_line "$SYSFS/module/$underscored/version")")" \
			"$(encoded "$id")" "$(encoded "$(first_line "$SYSFS/module/$underscored/taint")")" \
			"$(encoded "$loaded_from")" "$(holders "$underscored")"
	else
		printf 'kind=module module=%s side=%s loaded=0' "$underscored" "$2"
	fi
	printf ' next=%s next_file=%s' "$next_kind" "$(encoded "$next")"
	if [ "$next_kind" = rust ]; then
		abi=$(abi_state "$next")
		[ -z "$abi" ] || printf ' abi=%s' "$abi"
	fi
	if [ -n "$initramfs" ]; then
		in_it=$(printf '%s\n' "$initramfs_paths" | grep "/$1\.ko" | head -n 1)
		case $in_it in
		'') printf ' initramfs=none' ;;
		*/updates/*) printf ' initramfs=rust' ;;
		*) printf ' initramfs=c' ;;
		esac
		printf ' initramfs_file=%s' "$(encoded "$initramfs")"
	fi
	# Free text, and so the last.
	[ "$next_kind" = rust ] || [ ! -s "$ROOT/var/lib/nvme-fc-rs/$RELEASE.reason" ] ||
		printf ' cause=%s' "$(first_line "$ROOT/var/lib/nvme-fc-rs/$RELEASE.reason")"
	printf '\n'
}

command_status() {
	initramfs=''
	initramfs_list || true
	{
		module_record nvme-fc host
		module_record nvmet-fc target
	} | render status.awk
}
