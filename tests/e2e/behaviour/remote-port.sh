#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A remote port goes away: back within its device-loss time the controller is
# live again and I/O goes on; past it, or past ctrl_loss_tmo, the controller goes.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

# fcloop leaves the transport's default.
DEV_LOSS=60
LOST=nqn.2026-11.test:lost

setup 1
fabric_up 2
port_make 2
FABRIC_PORTS+=" 2"
null_blk_make nullb1 16
subsystem_make "$LOST"
namespace_add "$LOST" 1 /dev/nullb1
port_link 2 "$LOST"

# The slow case runs beside the others: port 2 never comes back.
check 'port 2: connect' connect "$LOST" 2 --ctrl-loss-tmo=600
lost=$(ctrl_of "$LOST")
check 'port 2: live' wait_for 20 ctrl_is "$lost" live
lost_since=$SECONDS
check 'port 2: deleted' remote_port_del 2
check 'port 2: its controller leaves live' wait_for 20 not ctrl_is "$lost" live

check 'port 1: connect' connect "$SUBSYS" 1 --reconnect-delay=30 --ctrl-loss-tmo=600
ctrl=$(ctrl_of "$SUBSYS")
check 'port 1: the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
check 'fio starts' fio_start "$disk" 16k
for round in 1 2 3; do
	sleep 1
	check "round $round: deleted under I/O" remote_port_del 1
	check "round $round: connecting" wait_for 20 ctrl_is "$ctrl" connecting
	sleep $((round - 1))
	check "round $round: added again" remote_port_add 1 1
	# Not after reconnect_delay: the port's return is what it waits for.
	c_defect host 'a reconnect that is pending keeps its delay (W19)'
	check "round $round: live within 12 s, though reconnect_delay is 30 s" wait_for 12 ctrl_is "$ctrl" live
	[[ ${E2E_HOST:-rust} == rust ]] || wait_for 40 ctrl_is "$ctrl" live
done
check 'I/O goes on' wait_for 20 io_goes_on "$disk"
check_show 'fio saw no error' fio_finish
is 'it is the same controller' "$(ctrl_of "$SUBSYS")" "$ctrl"

# Target port and remote port both, as when a cable is pulled.
check 'target port deleted' target_port_del 1
check 'remote port deleted' remote_port_del 1
check 'connecting' wait_for 20 ctrl_is "$ctrl" connecting
check 'target port added' target_port_add 1
check 'remote port added' remote_port_add 1 1
c_defect host 'a reconnect that is pending keeps its delay (W19)'
check 'live again' wait_for 12 ctrl_is "$ctrl" live
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

check "port 2: still there before $DEV_LOSS s are over" bash -c "[[ $((SECONDS - lost_since)) -ge $((DEV_LOSS - 5)) || -e /sys/class/nvme/$lost ]]"
left=$((DEV_LOSS + 15 - (SECONDS - lost_since)))
check 'port 2: its controller goes after the device-loss time' wait_for $((left > 1 ? left : 1)) ctrl_gone "$lost"
gone_after=$((SECONDS - lost_since))
note "after $gone_after s"
check "port 2: not before it" test "$gone_after" -ge $((DEV_LOSS - 3))
check 'port 2: comes back, and a new connect works' remote_port_add 2 2
check 'port 2: connect' connect "$LOST" 2
check 'port 2: live' wait_for 20 ctrl_is "$(ctrl_of "$LOST")" live
teardown
null_blk_remove nullb1
done_testing
