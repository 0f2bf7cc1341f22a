#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The target changes how many queues it gives: the host follows at the next
# reconnect, under I/O, down and up.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

queues_are() {
	[[ $(ctrl_attr "$1" queue_count) == "$2" ]] && ctrl_is "$1" live
}

# The target forces a reconnect when the attribute is written.
qid_max() {
	klog_mark
	echo "$1" > "$NVMET/subsystems/$SUBSYS/attr_qid_max"
	wait_for 20 klog_has_now 'controller connect complete|create_assoc|Association created'
}

setup 1
echo 2 > "$NVMET/subsystems/$SUBSYS/attr_qid_max"
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1
ctrl=$(ctrl_of "$SUBSYS")
check 'attr_qid_max 2: 3 queues' wait_for 20 queues_are "$ctrl" 3
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
check 'fio starts' fio_start "$disk" 16k
for n in 1 2 1 2; do
	qid_max "$n"
	check "attr_qid_max $n under I/O: $((n + 1)) queues" wait_for 20 queues_are "$ctrl" $((n + 1))
	check "a reset at $n" reset_ctrl "$ctrl"
	check "still $((n + 1)) queues after it" wait_for 20 queues_are "$ctrl" $((n + 1))
	check "I/O goes on at $n" wait_for 20 io_goes_on "$disk"
done
check_show 'fio saw no error' fio_finish
check 'disconnect' disconnect "$SUBSYS"

# The first connect sees one queue, a later one two. The C module has never set
# up the second and dereferences NULL there, so it is spared this.
if [[ ${E2E_HOST:-rust} == c ]]; then
	skip 'one queue first, then two' 'the C host crashes here (host-transport.rst, W13)'
else
	echo 1 > "$NVMET/subsystems/$SUBSYS/attr_qid_max"
	check 'connect at 1' connect "$SUBSYS" 1 --reconnect-delay=1
	ctrl=$(ctrl_of "$SUBSYS")
	check 'attr_qid_max 1 first: 2 queues' wait_for 20 queues_are "$ctrl" 2
	qid_max 2
	check 'then attr_qid_max 2: 3 queues' wait_for 20 queues_are "$ctrl" 3
	wait_for 20 disk_ready "$SUBSYS" 1
	check 'queue counts are watched' queue_count_start
	check 'data' fio_verify "$(disk_of "$SUBSYS" 1)" 16k 1m
	counted=$(queue_counts)
	note "commands by queue: $(xargs <<< "$counted")"
	check 'the new queue carries commands' matches "$counted" '^2:[1-9]'
fi

# Fewer queues than the host could use.
disconnect_all
check 'connect with nr_io_queues 1' connect "$SUBSYS" 1 --nr-io-queues=1
check '2 queues' wait_for 20 queues_are "$(ctrl_of "$SUBSYS")" 2
teardown
done_testing
