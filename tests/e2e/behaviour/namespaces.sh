#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Changes of the target's namespaces reach the host by asynchronous events: no
# rescan is asked for anywhere here.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

sectors_are() {
	[[ $(cat "/sys/block/$(basename "$1")/size") == "$2" ]]
}

setup 1
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
teardown
rm -f /var/tmp/e2e-grow
null_blk_remove nullb1
null_blk_remove nullb2
done_testing
