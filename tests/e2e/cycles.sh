#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guest side: E2E_WARMUP, then E2E_CYCLES times connect, write, read back,
# disconnect in one boot. References and memory must come out as they went in.
set -uo pipefail
. "$(dirname "$0")/guest-lib.sh"
. "$E2E/lib/life.sh"

WARMUP=${E2E_WARMUP:-20}
CYCLES=${E2E_CYCLES:-200}
SLAB_LIMIT_KIB=2048
OBJECT_LIMIT=200

# The warm-up has written to every place of the disk that one_life does.
cycles() {
	local n
	for ((n = $1; n <= $2; n++)); do
		one_life "$n" || return
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
