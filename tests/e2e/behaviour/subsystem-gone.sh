#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A subsystem is unlinked from its port on the target: the host hears of it, and
# finds back when it is linked again, or gives up after ctrl_loss_tmo.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

setup 1
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=60
ctrl=$(ctrl_of "$SUBSYS")
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
check 'fio starts' fio_start "$disk" 16k
klog_mark
check 'unlinked under I/O' port_unlink 1 "$SUBSYS"
check 'the host learns of it' wait_for 20 not ctrl_is "$ctrl" live
check 'by a Disconnect Association' klog_has 'Disconnect Association LS received|transport association event'
check 'linked again' port_link 1 "$SUBSYS"
check 'live again' wait_for 30 ctrl_is "$ctrl" live
check 'I/O goes on' wait_for 20 io_goes_on "$disk"
check_show 'fio saw no error' fio_finish
is 'all queues are back' "$(ctrl_attr "$ctrl" queue_count)" $(($(nproc) + 1))

# Only the namespace goes: its I/O fails, the association stays.
klog_mark
echo 0 > "$NVMET/subsystems/$SUBSYS/namespaces/1/enable"
check 'a disabled namespace goes away' wait_for 20 not disk_of "$SUBSYS" 1
check 'and the controller stays live' ctrl_is "$ctrl" live
check 'without a reset' not klog_has_now 'resetting controller'
echo 1 > "$NVMET/subsystems/$SUBSYS/namespaces/1/enable"
check 'enabled again, it is back' namespace_appears "$SUBSYS" 1

disconnect "$SUBSYS" > /dev/null
check 'connect with ctrl_loss_tmo of 4 s' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=4
ctrl=$(ctrl_of "$SUBSYS")
check 'live' wait_for 20 ctrl_is "$ctrl" live
port_unlink 1 "$SUBSYS"
check 'unlinked for good, the controller goes' wait_for 20 ctrl_gone "$ctrl"
port_link 1 "$SUBSYS"
check 'linked again, a new connect works' connect "$SUBSYS" 1
check 'live once more' wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
check 'data' wait_for 20 disk_ready "$SUBSYS" 1
check 'data verified' fio_verify "$(disk_of "$SUBSYS" 1)" 16k 1m
teardown
done_testing
