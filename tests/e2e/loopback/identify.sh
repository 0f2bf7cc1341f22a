#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The association of a new controller ends while the NVMe core identifies it, when the core has already made it a member
# of its subsystem.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"

# works NAME: the controller CTRL does, and it goes.
works() {
	check "$1: its disk appears" wait_for 20 disk_ready "$SUBSYS" 1
	check "$1: admin commands" nvme smart-log "/dev/$CTRL"
	check "$1: reset" reset_ctrl "$CTRL"
	check "$1: live after it" wait_for 20 ctrl_is "$CTRL" live
	check "$1: admin commands after it" nvme smart-log "/dev/$CTRL"
	check "$1: disconnect" disconnect "$SUBSYS"
	check "$1: books" wait_for 30 loop_idle
	klog_quiet "$1: no warning"
}

loop_load
loop_ready 1

# The first is the log of commands and their effects, the second that of ANA groups.
for nth in 1 2; do
	name="Get Log Page $nth fails"
	klog_mark
	check "$name: rule" loop_fault "on=host.fcp_done queue=0 code=2 nth=$nth status=-5"
	CTRL=$(connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=20)
	check "$name: it struck" wait_for 10 struck_at_least 0 1
	check "$name: live in the end" wait_for 60 ctrl_is "$CTRL" live
	loop_faults_clear
	works "$name"
done

# The port goes: the core gives up before it has any log of effects, and cannot be made to ask for it again.
name='Get Log Page 1 is lost with its port'
# Nothing else ends it, however slow the machine is.
short_timeouts 3600
klog_mark
check "$name: rule" loop_fault 'on=host.fcp_io queue=0 code=2 nth=1 do=lose'
connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=3600 > /dev/null 2>&1 &
pid=$!
check "$name: it struck" wait_for 10 struck_at_least 0 1
check "$name: the port goes" loop_write remote-1-1/enable 0
reap 60 "$pid" > /dev/null 2>&1
loop_faults_clear
check "$name: the port returns" loop_enable remote-1-1
check "$name: the controller goes" wait_for 60 no_ctrls
check "$name: the log says why" klog_has 'identified by half'
default_timeouts
check "$name: connect anew" connect "$SUBSYS" 1
CTRL=$(ctrl_of "$SUBSYS")
works "$name"
loop_teardown
done_testing
