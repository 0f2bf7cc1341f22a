#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A remote port goes away: back within its device-loss time the controller is
# live again and I/O goes on; past it, or past ctrl_loss_tmo, the controller goes.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

# fcloop leaves the transport's default. The short form does not wait for it:
# loopback/ports.sh has the same with a time of its own.
DEV_LOSS=60
LOST=nqn.2026-11.test:lost
short_form ''

# The port's return is what a reconnect waits for, not this. The C module waits.
DELAY=600 BACK=20
[[ ${E2E_HOST:-rust} == rust ]] || DELAY=30 BACK=2

setup 1
fabric_up 2
port_make 2
FABRIC_PORTS+=" 2"
null_blk_make nullb1 16
subsystem_make "$LOST"
namespace_add "$LOST" 1 /dev/nullb1
port_link 2 "$LOST"

# The slow case runs beside the others: port 2 never comes back.
lose_port_2() {
	check 'port 2: connect' connect "$LOST" 2 --ctrl-loss-tmo=600
	lost=$(ctrl_of "$LOST")
	check 'port 2: live' wait_for 20 ctrl_is "$lost" live
	lost_since=$SECONDS
	check 'port 2: deleted' remote_port_del 2
	check 'port 2: its controller leaves live' wait_for 20 not ctrl_is "$lost" live
}

# early_or_there: whether it is still there, or its time is over. In this order.
early_or_there() {
	! ctrl_gone "$lost" || ((SECONDS - lost_since >= DEV_LOSS - 1))
}

# port_2_goes: in its time, and not for ever.
port_2_goes() {
	check "port 2: still there before $DEV_LOSS s are over" early_or_there
	check 'port 2: its controller goes after the device-loss time' wait_for "$DEV_LOSS" ctrl_gone "$lost"
	note "after $((SECONDS - lost_since)) s"
	check "port 2: not before it" test "$((SECONDS - lost_since))" -ge $((DEV_LOSS - 1))
	check 'port 2: comes back, and a new connect works' remote_port_add 2 2
	check 'port 2: connect' connect "$LOST" 2
	check 'port 2: live' wait_for 20 ctrl_is "$(ctrl_of "$LOST")" live
}

! wanted 'port 2' || lose_port_2
check 'port 1: connect' connect "$SUBSYS" 1 --reconnect-delay="$DELAY" --ctrl-loss-tmo=3600
ctrl=$(ctrl_of "$SUBSYS")
check 'port 1: the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
check 'fio starts' fio_start "$disk" 16k
for ((round = 1; round <= $(often 3 2); round++)); do
	check "round $round: deleted under I/O" remote_port_del 1
	check "round $round: connecting" wait_for 20 ctrl_is "$ctrl" connecting
	check "round $round: added again" remote_port_add 1 1
	c_defect host 'a reconnect that is pending keeps its delay (W19)'
	check "round $round: live, though reconnect_delay is $DELAY s" wait_for "$BACK" ctrl_is "$ctrl" live
	[[ ${E2E_HOST:-rust} == rust ]] || wait_for 40 ctrl_is "$ctrl" live
	check "round $round: I/O goes on" io_goes_on "$disk"
done
check_show 'fio saw no error' fio_finish
is 'it is the same controller' "$(ctrl_of "$SUBSYS")" "$ctrl"

# Target port and remote port both, as when a cable is pulled.
check 'target port deleted' target_port_del 1
check 'remote port deleted' remote_port_del 1
check 'connecting' wait_for 20 ctrl_is "$ctrl" connecting
check 'target port added' target_port_add 1
check 'remote port added' remote_port_add 1 1
c_defect host 'a reconnect that is pending keeps its delay (W19)'
check 'live again' wait_for "$BACK" ctrl_is "$ctrl" live
[[ ${E2E_HOST:-rust} == rust ]] || wait_for 40 ctrl_is "$ctrl" live
check 'data' fio_verify "$disk" 16k 1m

# ctrl_loss_tmo, where it is the shorter one.
disconnect "$SUBSYS" > /dev/null
check 'connect with ctrl_loss_tmo of 4 s' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=4
ctrl=$(ctrl_of "$SUBSYS")
check 'live' wait_for 20 ctrl_is "$ctrl" live
since=$SECONDS
remote_port_del 1
check 'gone for good' wait_for 20 ctrl_gone "$ctrl"
gone_after=$((SECONDS - since))
note "after $gone_after s"
check 'not before 2 s' test "$gone_after" -ge 2
remote_port_add 1 1

! wanted 'port 2' || port_2_goes
short_done
teardown
null_blk_remove nullb1
done_testing
