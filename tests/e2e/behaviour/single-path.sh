#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Without native multipath a disk has one path, and nothing to fail over to: I/O
# waits for that path's return, as long as the loss timeouts say. Boot with
# nvme_core.multipath=N.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

read_once() {
	timeout -k 1 "$1" dd if="$disk" of=/dev/null iflag=direct bs=4k count=1 status=none
}

setup 1
is 'native multipath is off' "$(cat /sys/module/nvme_core/parameters/multipath)" N
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=600
ctrl=$(ctrl_of "$SUBSYS")
check 'the disk appears' wait_for 60 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)

# The target's end alone goes first: the LLDD refuses commands from then on.
check 'fio starts' fio_start "$disk" 16k
klog_mark
check 'target port deleted under fio' target_port_del 1 60
c_defect host 'a command that the LLDD refuses begins no recovery'
check 'the host begins to recover' wait_for 60 not ctrl_is "$ctrl" live
c_defect host 'a command that the LLDD refuses is an I/O error'
check 'fio waits' fio_running
check 'remote port deleted' remote_port_del 1
check 'connecting' wait_for 60 ctrl_is "$ctrl" connecting
c_defect host 'a command that the LLDD refuses is an I/O error'
check 'fio still waits' fio_running
check 'target port added' target_port_add 1
check 'remote port added' remote_port_add 1 1
check 'live again' wait_for 60 ctrl_is "$ctrl" live
c_defect host 'a command that the LLDD refuses is an I/O error'
check 'I/O goes on' wait_for 60 io_goes_on "$disk"
c_defect host 'a command that the LLDD refuses is an I/O error'
check_show 'fio saw no error' fio_finish

# fast_io_fail_tmo ends the wait before the controller is given up.
disconnect "$SUBSYS" > /dev/null
wait_for 60 no_ctrls
check 'connect with fast_io_fail_tmo of 1 s' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=600 --fast_io_fail_tmo=1
ctrl=$(ctrl_of "$SUBSYS")
check 'the disk appears again' wait_for 60 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
check 'target port deleted once more' target_port_del 1 60
check 'a read fails' not read_once 60
check 'connecting, and not gone' wait_for 60 ctrl_is "$ctrl" connecting
check 'target port added once more' target_port_add 1
check 'live once more' wait_for 60 ctrl_is "$ctrl" live
check 'a read is done' wait_for 60 read_once 20
teardown
done_testing
