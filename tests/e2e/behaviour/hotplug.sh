#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Processors go, down to a single one, and come back: after a reset the controller
# is in service every time, with as many queues as it may have, and I/O that has
# no other path sees no error. Boot with nvme_core.multipath=N.
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
	check "$1: a reset" reset_ctrl "$ctrl"
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
	if [[ $(often long short) == long ]]; then
		one_by_one 4
		# Their number stays while processors go.
		one_by_one 2
	fi
	teardown
fi
done_testing
