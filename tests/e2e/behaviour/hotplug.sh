#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Processors go, down to a single one, and come back: after a reset the controller
# is in service every time, with as many queues as it may have, and I/O that has
# no other path sees no error. One that goes while I/O waits for the association
# is waited for. Boot with nvme_core.multipath=N.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

CPUS=$(nproc)

# cpus ONLINE N..: processors come back (1) or go (0).
cpus() {
	local state=$1 n
	shift
	for n in "$@"; do
		check "CPU $n: online $state" cpu "$n" "$state"
	done
}

cpu() {
	echo "$2" > "/sys/devices/system/cpu/cpu$1/online"
}

in_service_with() {
	ctrl_is "$1" live && [[ $(ctrl_attr "$1" queue_count) == "$2" ]]
}

# after WHAT: a reset, and what it is to leave.
after() {
	local queues
	queues=$(grep -c '^processor' /proc/cpuinfo)
	queues=$((queues < LIMIT ? queues : LIMIT))
	[[ $1 == *'by itself'* ]] || check "$1: a reset" reset_ctrl "$ctrl"
	check "$1: in service with $queues I/O queues" wait_for 40 in_service_with "$ctrl" $((queues + 1))
	check "$1: I/O goes on" wait_for 20 io_goes_on "$disk"
}

# begin LIMIT: connects, with LIMIT queues at most, and starts I/O from every
# processor.
begin() {
	LIMIT=$1
	check "$LIMIT queues: connect" connect "$SUBSYS" 1 --reconnect-delay=1 --nr-io-queues="$LIMIT"
	ctrl=$(ctrl_of "$SUBSYS")
	check "$LIMIT queues: the disk appears" wait_for 20 disk_ready "$SUBSYS" 1
	disk=$(disk_of "$SUBSYS" 1)
	check "$LIMIT queues: fio starts" fio_start "$disk" 16k --numjobs="$CPUS"
}

end() {
	check_show "$LIMIT queues: fio saw no error" fio_finish
	check "$LIMIT queues: disconnect" disconnect "$SUBSYS"
}

# A queue of the block layer's that gives out no requests any more.
a_queue_closes() {
	grep -q INACTIVE "/sys/kernel/debug/block/${disk##*/}/hctx"*/state
}

# The last one goes while its requests wait for an association, and so it waits
# for them: the queue that they are in gets no Connect any more.
goes_without_association() {
	local going
	check 'target port deleted' target_port_del 1 60
	check 'remote port deleted' remote_port_del 1
	check 'connecting' wait_for 60 ctrl_is "$ctrl" connecting
	check 'all queues are open' not a_queue_closes
	cpu 3 0 &
	going=$!
	check 'CPU 3 begins to go' wait_for 60 a_queue_closes
	check 'CPU 3 waits' holds_for 1 running "$going"
	check 'target port added' target_port_add 1
	check 'remote port added' remote_port_add 1 1
	check 'CPU 3 has gone' reap 60 "$going"
	after 'by itself without CPU 3'
}

# All but the first go one by one, and come back.
one_by_one() {
	local n
	begin "$1"
	for ((n = CPUS - 1; n > 0; n--)); do
		cpus 0 "$n"
		after "without CPU $n"
	done
	for ((n = 1; n < CPUS; n++)); do
		cpus 1 "$n"
		after "with CPU $n again"
	done
	end
}

if ((CPUS != 4)); then
	fail 'processors that go' "there are $CPUS, not 4"
else
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	setup 1
	# Three queues for four processors: the one in the middle loses all of its own.
	begin 3
	cpus 0 2
	after 'none of a queue in the middle'
	cpus 0 3 1
	after 'a single one'
	cpus 1 1 2 3
	after 'all again'
	end
	# A queue for each: what waits for the last one has to go out on another.
	begin 4
	cpus 0 1
	after 'one in the middle'
	cpus 1 1
	after 'one for each again'
	goes_without_association
	cpus 1 3
	after 'once more one for each'
	end
	if [[ $(often long short) == long ]]; then
		one_by_one 4
		# Their number stays while processors go.
		one_by_one 2
	fi
	teardown
fi
done_testing
