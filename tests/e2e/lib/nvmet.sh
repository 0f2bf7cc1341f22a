# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The target's configfs: backing devices, subsystems, ports.

NVMET=/sys/kernel/config/nvmet
NULLB=/sys/kernel/config/nullb

# mounted DIRECTORY
mounted() {
	local at
	while read -r _ at _; do
		[[ $at != "$1" ]] || return 0
	done < /proc/mounts
	return 1
}

configfs_mount() {
	[[ -d /sys/kernel/config/nvmet ]] || {
		modprobe configfs
		mounted /sys/kernel/config || mount -t configfs none /sys/kernel/config
	}
}

# A null_blk that keeps what is written: null_blk_make NAME MIB [ATTRIBUTE=VALUE..]. It completes in a softirq, or without
# one (irqmode=0).
null_blk_make() {
	local word
	modprobe null_blk nr_devices=0
	configfs_mount
	mkdir -p "$NULLB/$1"
	echo "$2" > "$NULLB/$1/size"
	echo 512 > "$NULLB/$1/blocksize"
	echo 1 > "$NULLB/$1/memory_backed"
	for word in "${@:3}"; do
		echo "${word#*=}" > "$NULLB/$1/${word%%=*}"
	done
	echo 1 > "$NULLB/$1/power"
	wait_for 5 test -b "/dev/$1"
}

null_blk_remove() {
	[[ ! -d $NULLB/$1 ]] || { echo 0 > "$NULLB/$1/power"; rmdir "$NULLB/$1"; }
}

# subsystem_make NQN [allow_any_host]
subsystem_make() {
	mkdir "$NVMET/subsystems/$1"
	echo "${2:-1}" > "$NVMET/subsystems/$1/attr_allow_any_host"
}

# namespace_add NQN NSID PATH
namespace_add() {
	local ns=$NVMET/subsystems/$1/namespaces/$2 n byte name=5381
	mkdir "$ns"
	echo "$3" > "$ns/device_path"
	# The same in every boot, so that the host can tell namespaces by it.
	for ((n = 0; n < ${#1}; n++)); do
		printf -v byte '%d' "'${1:n:1}"
		name=$(((name * 33 + byte) & 0xffffffffffff))
	done
	printf '00000000-0000-0000-%04d-%012x' "$2" "$name" > "$ns/device_uuid"
	echo 1 > "$ns/enable"
}

namespace_remove() {
	local ns=$NVMET/subsystems/$1/namespaces/$2
	echo 0 > "$ns/enable"
	rmdir "$ns"
}

subsystem_remove() {
	local dir
	[[ -d $NVMET/subsystems/$1 ]] || return 0
	for dir in "$NVMET/subsystems/$1"/namespaces/*/; do
		[[ ! -d $dir ]] || { echo 0 > "$dir/enable"; rmdir "$dir"; }
	done
	for dir in "$NVMET/subsystems/$1"/allowed_hosts/*; do
		[[ ! -L $dir ]] || rm "$dir"
	done
	rmdir "$NVMET/subsystems/$1"
}

# port_make TARGET: an nvmet port over fcloop's target port of that number.
port_make() {
	local port=$NVMET/ports/$1
	mkdir "$port"
	echo fc > "$port/addr_trtype"
	echo fc > "$port/addr_adrfam"
	target_traddr "$1" > "$port/addr_traddr"
}

port_link() {
	ln -s "$NVMET/subsystems/$2" "$NVMET/ports/$1/subsystems/$2"
}

port_unlink() {
	rm "$NVMET/ports/$1/subsystems/$2"
}

port_remove() {
	local link
	[[ -d $NVMET/ports/$1 ]] || return 0
	for link in "$NVMET/ports/$1"/subsystems/*; do
		[[ ! -L $link ]] || rm "$link"
	done
	rmdir "$NVMET/ports/$1"
}

# Takes down every port and subsystem that is there.
nvmet_clear() {
	local dir
	for dir in "$NVMET"/ports/*/; do
		dir=${dir%/}
		[[ ! -d $dir ]] || port_remove "${dir##*/}"
	done
	for dir in "$NVMET"/subsystems/*/; do
		dir=${dir%/}
		[[ ! -d $dir ]] || subsystem_remove "${dir##*/}"
	done
	for dir in "$NVMET"/hosts/*/; do
		[[ ! -d $dir ]] || rmdir "$dir"
	done
}
