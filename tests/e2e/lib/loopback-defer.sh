# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Commands that a target has no room for: its slots are full because the LLDD
# keeps the responses, which the host has had already ("early").

DEFER_QUEUE=16
DEFER_READERS=4

# deferred_are N: so many commands wait for a slot. On a slow machine there may be one more: the core looks for
# partitions from a work item, after the disk is there.
deferred_are() {
	[[ $(loop_book deferred 4) -ge $1 ]] || { echo "$(loop_book deferred 4) are deferred"; return 1; }
}

# One reader of several, from a descriptor of the disk. More reads than there are slots, one after the other, which
# compare what they read.
defer_reader() {
	bounded 120 dd iflag=direct bs=4k count=$((2 * DEFER_QUEUE)) status=none <&"$1" | cmp - /tmp/defer-pattern
}

# deferral_held NAME LOCAL TARGET: every slot is filled, DEFER_READERS commands
# wait, then everything goes on. Nothing of it depends on time.
deferral_held() {
	local name=$1 n pids='' readers=() reader
	wanted "$name" || return 0
	klog_mark
	check "$name: ports" loop_ready 1 "$2" "early defer $3"
	# Nothing that is held ends by a timeout.
	short_timeouts 3600
	connected --queue-size="$DEFER_QUEUE" --nr-io-queues=1 --keep-alive-tmo=0
	yes "$name" | head -c $((2 * DEFER_QUEUE * 4096)) > /tmp/defer-pattern
	check "$name: pattern" dd if=/tmp/defer-pattern of="$DISK" oflag=direct bs=64k status=none
	# Opened while reads end: the core's look for partitions keeps whoever opens the disk waiting, and if its own read is
	# deferred, for as long as the others are.
	for ((n = 0; n < DEFER_READERS; n++)); do
		exec {reader}< "$DISK"
		readers+=("$reader")
	done
	check "$name: responses are kept" loop_fault 'on=target.rsp queue=1 code=2 do=hold'
	for ((n = 0; n < DEFER_READERS; n++)); do
		defer_reader "${readers[n]}" > "/tmp/defer-$n" 2>&1 &
		pids+=" $!"
	done
	for reader in "${readers[@]}"; do exec {reader}<&-; done
	check "$name: $DEFER_READERS commands are deferred" wait_for 60 deferred_are "$DEFER_READERS"
	loop_faults_clear
	check "$name: the responses go on" loop_write control release
	n=0
	for pid in $pids; do
		check "$name: reader $n has read what is there" reap 120 "$pid"
		n=$((n + 1))
	done
	check "$name: disconnect" disconnect "$SUBSYS"
	default_timeouts
	check "$name: books" wait_for 20 loop_idle
	port_remove 1
	loop_down
	check "$name: books at the end" wait_for 20 loop_balanced
	loop_write books reset
	klog_quiet "$name: no warning"
}
