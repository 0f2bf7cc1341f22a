#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Commands that fcloop swallows: each is noticed by its timeout, aborted, and
# recovered from without help.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

TIMEOUT=2

dropped() {
	klog_has 'dropped command'
}

dropped_times() {
	[[ $(klog_count 'dropped command') -ge $1 ]]
}

# Drops RULE during a connect, which must end live.
connect_through() {
	local name="$1 ($2)" ctrl
	klog_mark
	drop_command "$2"
	ctrl=$(connect_raw "$SUBSYS" 1 reconnect_delay=1)
	check "$name: the connect is taken" matches "$ctrl" '^nvme[0-9]+$'
	check "$name: it was dropped" dropped
	check "$name: live in the end" wait_for 20 ctrl_is "$ctrl" live
	check "$name: the timeout is in the log" klog_has 'NVME-FC.*timeout'
	check "$name: the disk appears" wait_for 20 disk_ready "$SUBSYS" 1
	check "$name: data" fio_verify "$(disk_of "$SUBSYS" 1)" 16k 512k
	disconnect "$SUBSYS" > /dev/null
	wait_for 20 no_ctrls
}

setup 1
short_timeouts "$TIMEOUT"
connect_through "the admin queue's Connect" 101:1:1
connect_through "an I/O queue's Connect" 101:2:1
connect_through 'Property Get' 104:1:1
connect_through 'Identify' 6:1:1

# The fiftieth read of a running controller, whichever queue has it.
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1
ctrl=$(ctrl_of "$SUBSYS")
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
klog_mark
drop_command 2:50:1
check 'a read (2:50:1): fio sees no error' fio_verify "$disk" 16k 4m
check 'a read (2:50:1): it was dropped' dropped
check 'a read (2:50:1): the timeout is in the log' klog_has 'NVME-FC.*timeout'
check 'a read (2:50:1): live in the end' wait_for 20 ctrl_is "$ctrl" live
klog_mark
drop_command 1:20:2
check 'two writes (1:20:2): fio sees no error' fio_verify "$disk" 16k 4m
check 'two writes (1:20:2): they were dropped' dropped_times 2
check 'two writes (1:20:2): live in the end' wait_for 20 ctrl_is "$ctrl" live
disconnect "$SUBSYS" > /dev/null
wait_for 20 no_ctrls

# Keep-alives: the rule stands over several reconnects.
klog_mark
check 'connect with a keep-alive of one second' connect "$SUBSYS" 1 --keep-alive-tmo=1 --reconnect-delay=1
ctrl=$(ctrl_of "$SUBSYS")
check 'live' wait_for 20 ctrl_is "$ctrl" live
drop_command 18:1:50
check 'keep-alives (18:1:50): dropped over two reconnects and more' wait_for 60 dropped_times "${E2E_KEEP_ALIVES:-4}"
# One last one instead of those that are left of the fifty.
[[ ${E2E_KEEP_ALIVES:-4} -ge 50 ]] || drop_command 18:1:1
check 'keep-alives (18:1:50): live in the end' wait_for 30 ctrl_is "$ctrl" live
settled() {
	ctrl_is "$ctrl" live && disk_ready "$SUBSYS" 1
}
wait_for 30 dropped_times $((${E2E_KEEP_ALIVES:-4} + 1))
check 'keep-alives (18:1:50): live again after the last' wait_for 20 settled
check 'keep-alives (18:1:50): data' fio_verify "$(disk_of "$SUBSYS" 1)" 16k 1m
default_timeouts
teardown
done_testing
