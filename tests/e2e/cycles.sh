#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guest side: E2E_WARMUP, then E2E_CYCLES times connect, write, read back,
# disconnect in one boot. References and memory must come out as they went in.
set -uo pipefail
. "$(dirname "$0")/guest-lib.sh"

WARMUP=${E2E_WARMUP:-20}
CYCLES=${E2E_CYCLES:-200}
SLAB_LIMIT_KIB=2048
OBJECT_LIMIT=200

# What nvme-cli does, without its start-up: a write to /dev/nvme-fabrics, and one
# to delete_controller. 64 KiB go to the disk and come back, other bytes and
# another place each time; the warm-up has been to all 16 places, as null_blk
# takes memory for a place when it is first written.
one_cycle() {
	local ctrl disk
	ctrl=$(connect_raw "$SUBSYS" 1) || { echo "cycle $1: connect failed"; return 1; }
	wait_for 30 disk_ready "$SUBSYS" 1 || { echo "cycle $1: no disk"; return 1; }
	disk=$(disk_of "$SUBSYS" 1)
	printf '%01024d' "$1"{1..64} > /tmp/pattern
	if ! dd if=/tmp/pattern of="$disk" bs=64k oflag=direct seek=$(($1 % 16)) status=none ||
		! dd if="$disk" of=/tmp/readback bs=64k iflag=direct skip=$(($1 % 16)) count=1 status=none ||
		! cmp /tmp/pattern /tmp/readback; then
		echo "cycle $1: the data is not what was written"
		return 1
	fi
	echo 1 > "/sys/class/nvme/$ctrl/delete_controller" || { echo "cycle $1: disconnect failed"; return 1; }
	wait_for 30 ctrl_gone "$ctrl" || { echo "cycle $1: the controller stays"; return 1; }
}

cycles() {
	local n
	for ((n = $1; n <= $2; n++)); do
		one_cycle "$n" || return
	done
}

# Once the transports' deferred work is done, nothing holds an extra reference.
same_refcounts() {
	[[ $(refcounts) == "$idle_refcounts" ]]
}

setup 1
idle_refcounts=$(refcounts)
check "$WARMUP cycles to warm up" cycles 1 "$WARMUP"
check 'module references after the warm-up' wait_for 20 same_refcounts
slab_snapshot /tmp/slab.before
started=${EPOCHREALTIME/./}
check "$CYCLES cycles of connect, verify, disconnect" cycles 1 "$CYCLES"
spent=$(((${EPOCHREALTIME/./} - started) / 1000))
check 'module references as before' wait_for 20 same_refcounts
note "$(refcounts | xargs)"
slab_snapshot /tmp/slab.after

growth=$(slab_growth /tmp/slab.before /tmp/slab.after)
grown=$(slab_grown /tmp/slab.before /tmp/slab.after "$OBJECT_LIMIT")
note "figures: ${E2E_HOST:-rust} host, ${E2E_TARGET:-rust} target: $CYCLES cycles, $((spent / CYCLES)) ms each, Slab ${growth} KiB up"
note "caches that grew by 20 objects or more: $(slab_grown /tmp/slab.before /tmp/slab.after 20 | paste -sd ';')"
check "Slab grew by less than $SLAB_LIMIT_KIB KiB" test "$growth" -lt "$SLAB_LIMIT_KIB"
is "no cache grew by $OBJECT_LIMIT objects" "$grown" ''
teardown
done_testing
