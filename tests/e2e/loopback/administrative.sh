#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Controllers that say they are administrative: nvmet has none, so the LLDD changes
# what one says. They have an admin queue and nothing else.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"

# CNTRLTYPE in the first data of an Identify, which is the controller's.
says_so() {
	loop_faults_clear && loop_fault 'on=target.readdata code=6 nth=1 set=111:03'
}

loop_load
loop_ready 1
check 'it says so' says_so
klog_mark
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --keep-alive-tmo=2
ctrl=$(ctrl_of "$SUBSYS")
check 'it struck' struck_at_least 0 1
check 'live' wait_for 20 ctrl_is "$ctrl" live
is 'its type' "$(ctrl_attr "$ctrl" cntrltype)" admin
is 'it has the admin queue alone' "$(ctrl_attr "$ctrl" queue_count)" 1
is 'and was not asked for others' "$(loop_book host.create_queue)" 1
check 'it has no disk' not disk_of "$SUBSYS" 1
check 'admin commands' nvme smart-log "/dev/$ctrl"
check 'keep-alives carry it over several periods' holds_for 6 ctrl_is "$ctrl" live
check 'it says so again' says_so
check 'reset' reset_ctrl "$ctrl"
check 'live after it' wait_for 20 ctrl_is "$ctrl" live
is 'still with one queue' "$(ctrl_attr "$ctrl" queue_count)" 1
check 'the port goes' rmdir "$LOOPBACK/remote-1-1"
check 'it is not live' wait_for 20 not ctrl_is "$ctrl" live
check 'it says so a third time' says_so
check 'the port comes back' loop_remote 1 1
check 'live again' wait_for 30 ctrl_is "$ctrl" live
is 'with one queue as before' "$(ctrl_attr "$ctrl" queue_count)" 1
check 'an I/O controller beside it' connect "$SUBSYS" 1 --duplicate-connect
check 'has a disk' wait_for 20 disk_ready "$SUBSYS" 1
klog_quiet 'no warning'
loop_teardown
done_testing
