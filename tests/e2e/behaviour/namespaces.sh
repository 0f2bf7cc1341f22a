#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Changes of the target's namespaces reach the host by asynchronous events: no
# rescan is asked for anywhere here.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

sectors_are() {
	[[ $(cat "/sys/block/$(basename "$1")/size") == "$2" ]]
}

# Reads until it may stop, or an error.
reads() {
	while [[ ! -e /tmp/reads-stop ]]; do
		dd if="$1" of=/dev/null iflag=direct bs=64k count=32 status=none 2> /dev/null || return
	done
}

setup 1
rm -f /tmp/reads-stop
null_blk_make nullb1 32
null_blk_make nullb2 16
check 'connect' connect "$SUBSYS" 1
ctrl=$(ctrl_of "$SUBSYS")
check 'namespace 1 is there' wait_for 20 disk_ready "$SUBSYS" 1

# More than one round: an event must be armed again after each.
for round in 1 2 3; do
	klog_mark
	namespace_add "$SUBSYS" 2 /dev/nullb1
	check "round $round: the host is told" klog_has 'rescanning namespaces'
	check "round $round: a namespace added on the target appears" namespace_appears "$SUBSYS" 2
	namespace_add "$SUBSYS" 3 /dev/nullb2
	check "round $round: and another one" namespace_appears "$SUBSYS" 3
	check "round $round: data on the new one" fio_verify "$(disk_of "$SUBSYS" 2)" 16k 1m
	namespace_remove "$SUBSYS" 2
	check "round $round: removed on the target, it goes away" wait_for 20 not disk_of "$SUBSYS" 2
	namespace_remove "$SUBSYS" 3
	check "round $round: and so does the other" wait_for 20 not disk_of "$SUBSYS" 3
done

check 'reset' reset_ctrl "$ctrl"
check 'live after it' wait_for 20 ctrl_is "$ctrl" live
namespace_add "$SUBSYS" 2 /dev/nullb1
check 'events work after a reset' namespace_appears "$SUBSYS" 2
disk=$(disk_of "$SUBSYS" 2)
is 'its size' "$(cat "/sys/block/$(basename "$disk")/size")" $((32 * 2048))

# A file can grow under the target.
truncate -s 16M /var/tmp/e2e-grow
namespace_add "$SUBSYS" 4 /var/tmp/e2e-grow
check 'a namespace over a file appears' namespace_appears "$SUBSYS" 4
disk=$(disk_of "$SUBSYS" 4)
truncate -s 24M /var/tmp/e2e-grow
echo 1 > "$NVMET/subsystems/$SUBSYS/namespaces/4/revalidate_size"
check 'its new size is seen' wait_for 20 sectors_are "$disk" $((24 * 2048))

# All that under I/O: on a namespace that stays, on one that grows, on one that goes.
klog_mark
check 'I/O on namespace 1' fio_start "$(disk_of "$SUBSYS" 1)" 4k
reads "$disk" &
growing=$!
check 'I/O on namespace 4' io_goes_on "$disk"
truncate -s 32M /var/tmp/e2e-grow
echo 1 > "$NVMET/subsystems/$SUBSYS/namespaces/4/revalidate_size"
check 'under I/O its new size is seen' wait_for 20 sectors_are "$disk" $((32 * 2048))
check 'and read' dd if="$disk" of=/dev/null iflag=direct bs=1M skip=31 count=1 status=none
for round in 1 2; do
	check "under I/O, round $round: namespace 2" wait_for 20 disk_ready "$SUBSYS" 2
	going=$(disk_of "$SUBSYS" 2)
	reads "$going" &
	reader=$!
	check "under I/O, round $round: I/O on it" io_goes_on "$going"
	namespace_remove "$SUBSYS" 2
	check "under I/O, round $round: it goes" wait_for 20 not disk_of "$SUBSYS" 2
	check "under I/O, round $round: and its I/O with an error" not reap 20 "$reader"
	namespace_add "$SUBSYS" 2 /dev/nullb1
	check "under I/O, round $round: it comes back" namespace_appears "$SUBSYS" 2
done
touch /tmp/reads-stop
check 'I/O on namespace 4 had no error' reap 20 "$growing"
check_show 'I/O on namespace 1 had no error' fio_finish
check 'none of it took a reset' not klog_has_now 'resetting controller|create association'
teardown
rm -f /var/tmp/e2e-grow
null_blk_remove nullb1
null_blk_remove nullb2
done_testing
