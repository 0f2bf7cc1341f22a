#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guest side: E2E_LOADS times load the modules, connect, write, read back,
# disconnect, unload. References and memory must come out as they went in.
set -uo pipefail
. "$(dirname "$0")/guest-lib.sh"
. "$E2E/lib/life.sh"

LOADS=${E2E_LOADS:-$(often 100 2)}
WARMUP=$(often 2 1)
SLAB_LIMIT_KIB=2048
OBJECT_LIMIT=200

one_load() {
	local n=$1
	modprobe "$LLDD_MODULE" || { echo "load $n: modprobe failed"; return 1; }
	if ! fabric_up 1 || ! port_make 1 || ! port_link 1 "$SUBSYS"; then
		echo "load $n: no ports"
		return 1
	fi
	one_life "$n" || return
	port_remove 1
	fabric_down 1
	unload_transports || { echo "load $n: unload failed"; return 1; }
	[[ $(refcounts) == "$unloaded_refcounts" ]] || { echo "load $n: references: $(refcounts | xargs)"; return 1; }
}

loads() {
	local n
	for ((n = $1; n <= $2; n++)); do
		one_load "$n" || return
	done
}

setup 1
# null_blk takes memory for a place when it is first written: now.
for ((place = 0; place < 16; place++)); do
	dd if=/dev/zero of=/dev/nullb0 bs=64k oflag=direct seek="$place" count=1 status=none
done
port_remove 1
fabric_down 1
check 'unload' unload_transports
unloaded_refcounts=$(refcounts)
check "$WARMUP loads to warm up" loads 1 "$WARMUP"
slab_snapshot /tmp/slab.before
started=${EPOCHREALTIME/./}
check "$LOADS times load, connect, verify, disconnect, unload; references as before each time" loads 1 "$LOADS"
spent=$(((${EPOCHREALTIME/./} - started) / 1000))
slab_snapshot /tmp/slab.after

growth=$(slab_growth /tmp/slab.before /tmp/slab.after)
grown=$(slab_grown /tmp/slab.before /tmp/slab.after "$OBJECT_LIMIT")
note "figures: ${E2E_HOST:-rust} host, ${E2E_TARGET:-rust} target: $LOADS loads, $((spent / LOADS)) ms each, Slab ${growth} KiB up"
note "caches that grew by 20 objects or more: $(slab_grown /tmp/slab.before /tmp/slab.after 20 | paste -sd ';')"
check "Slab grew by less than $SLAB_LIMIT_KIB KiB" test "$growth" -lt "$SLAB_LIMIT_KIB"
is "no cache grew by $OBJECT_LIMIT objects" "$grown" ''
FABRIC_PORTS=
teardown
done_testing
