#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Coherent memory for responses, as a device that does DMA is asked for it: an
# association that is made again needs no more, and none is ever asked for in a
# way that may wait for I/O, which may be I/O of the controller itself.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"

# The path's own disk, which carries the requests, is hidden behind the head.
scheduler() {
	local file
	for file in /sys/block/nvme*c*n"$1"/queue/scheduler; do
		echo mq-deadline > "$file" || return
	done
}

loop_load
null_blk_make nullb1 64
null_blk_make nullb2 64
check 'ports' loop_ready 1 'device=bounce' 'device=bounce'
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --queue-size=64
ctrl=$(ctrl_of "$SUBSYS")
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
asked=$(loop_book coherent)
check 'the first association asks for memory' test "$asked" -gt 0
for n in 1 2; do
	check "reset $n" reset_ctrl "$ctrl"
	check "reset $n: live" wait_for 30 ctrl_is "$ctrl" live
done
is 'a reset asks for no memory' "$(loop_book coherent)" "$asked"
check 'the remote port goes' rmdir "$LOOPBACK/remote-1-1"
check 'the controller is not live' wait_for 20 not ctrl_is "$ctrl" live
check 'the remote port comes back' loop_remote 1 1
check 'the controller is live again' wait_for 30 ctrl_is "$ctrl" live
is 'a port that comes back asks for no memory' "$(loop_book coherent)" "$asked"
# Each namespace brings requests of its own, for flushes and for its scheduler:
# they come to the list of a queue's exchanges, and leave it from its middle.
for n in 2 3; do
	namespace_add "$SUBSYS" "$n" "/dev/nullb$((n - 1))"
	check "namespace $n appears" namespace_appears "$SUBSYS" "$n"
	check "namespace $n has a scheduler" scheduler "$n"
done
namespace_remove "$SUBSYS" 2
check 'namespace 2 goes' wait_for 20 not disk_of "$SUBSYS" 2
check 'a reset without it' reset_ctrl "$ctrl"
check 'live without it' wait_for 30 ctrl_is "$ctrl" live
is 'none was asked for that waits for I/O' "$(loop_book coherent 3)" 0
namespace_remove "$SUBSYS" 3
loop_teardown
null_blk_remove nullb1
null_blk_remove nullb2
done_testing
