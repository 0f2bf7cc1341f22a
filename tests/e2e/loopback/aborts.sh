#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Aborts that an adapter answers in the call, late, or not at all: of the host's
# link services, of the target's, of the target's commands. Ports go away in
# the time they promise, and everything is made up for afterwards.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

# The target has not given back an operation that it aborted.
target_has_one() {
	[[ $(loop_book target_operations 4) -gt 0 ]]
}

loop_load
short_timeouts 3
loop_ready 1

# The path goes while a link service of the host is under way.
for abort in delay=1 delay=2000000 place=inline do=ignore; do
	name="host's link service, abort $abort"
	klog_mark
	loop_faults_clear
	check "$name: rules" loop_fault 'on=host.ls_req code=3 nth=1 do=lose'
	check "$name: rules" loop_fault "on=host.ls_abort nth=1 $abort"
	connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=120 > /tmp/ctrl 2>&1 &
	pid=$!
	check "$name: sent" wait_for 20 struck_at_least 0 1
	check "$name: the path goes" loop_write remote-1-1/enable 0
	check "$name: aborted" wait_for 30 struck_at_least 1 1
	[[ $abort != do=ignore ]] || check "$name: the adapter gives up" loop_write control give_up
	check "$name: the first attempt ends" reap 60 "$pid"
	loop_faults_clear
	check "$name: the path is back" loop_enable remote-1-1
	check "$name: live in the end" wait_for 60 ctrl_is "$(cat /tmp/ctrl)" live
	check "$name: disconnect" disconnect "$SUBSYS"
	check "$name: the books are even" wait_for 45 loop_idle
	klog_quiet "$name: no warning"
done

# The target port goes while its Disconnect is under way.
for abort in delay=1 delay=2000000 place=inline do=ignore; do
	name="target's Disconnect, abort $abort"
	klog_mark
	loop_faults_clear
	check "$name: connect" connect "$SUBSYS" 1
	check "$name: rules" loop_fault 'on=target.ls_req code=5 nth=1 do=lose'
	check "$name: rules" loop_fault "on=target.ls_abort nth=1 $abort"
	check "$name: disconnect" disconnect "$SUBSYS"
	check "$name: sent" wait_for 20 struck_at_least 0 1
	check "$name: the port goes" loop_write target-1/enable 0
	check "$name: aborted" wait_for 30 struck_at_least 1 1
	[[ $abort != do=ignore ]] || check "$name: the adapter gives up" loop_write control give_up
	loop_faults_clear
	check "$name: the port is back" loop_enable target-1
	check "$name: the books are even" wait_for 45 loop_idle
	klog_quiet "$name: no warning"
done

# The host logs out while operations of its commands are under way. It notices
# when its asynchronous event request ends; its aborts are ignored as well.
default_timeouts
connected --keep-alive-tmo=30
for op in readdata writedata rsp; do
	code=2 what='read'
	[[ $op != writedata ]] || { code=1; what='write'; }
	for abort in do=ignore delay=1; do
		name="$op at logout, abort $abort"
		klog_mark
		loop_faults_clear
		check "$name: rules" loop_fault "on=target.$op code=$code nth=1 do=hold"
		check "$name: rules" loop_fault "on=target.fcp_abort $abort"
		[[ $abort != do=ignore ]] || check "$name: rules" loop_fault 'on=host.fcp_abort do=ignore'
		"${what}_once" 120 > /dev/null 2>&1 &
		pid=$!
		check "$name: it struck" wait_for 10 struck_at_least 0 1
		check "$name: logout" loop_write target-1/control "invalidate=$(host_wwpn 1)"
		check "$name: the target aborts" wait_for 20 struck_at_least 1 1
		if [[ $abort == do=ignore ]]; then
			check "$name: the target keeps the command" holds_for 2 target_has_one
			check "$name: the adapter gives up" loop_write control give_up
		fi
		loop_faults_clear
		check "$name: the $what is done in the end" reap 90 "$pid"
		check "$name: all is well afterwards" wait_for 60 all_well
		klog_quiet "$name: no warning"
	done
done
check 'the controller goes' disconnect "$SUBSYS"
loop_teardown
done_testing
