#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A target port is deleted under a controller and comes back. nvme-fcloop never
# ends the Disconnect Association that the target sends while its port goes: the
# request is kept for it, and the deletion does not wait.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

# An LLDD with a device gets 12 s to end what it was asked to abort, by a timer.
# Nothing else of a deletion is counted in seconds.
LIMIT_MS=8000

# Prints how long the deletion took, milliseconds.
target_port_del_ms() {
	local begin=${EPOCHREALTIME/./}
	target_port_del 1 || return 1
	echo $(((${EPOCHREALTIME/./} - begin) / 1000))
}

setup 1

check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=600
ctrl=$(ctrl_of "$SUBSYS")
check 'live' wait_for 20 ctrl_is "$ctrl" live
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
for round in 1 2 3; do
	klog_mark
	took=$(target_port_del_ms)
	check "round $round: the target port is deleted" test "${took:-none}" != none
	note "round $round: after ${took:-no} ms"
	check "round $round: in less than $LIMIT_MS ms" test "${took:-$LIMIT_MS}" -lt "$LIMIT_MS"
	check "round $round: connecting" wait_for 20 ctrl_is "$ctrl" connecting
	check "round $round: added again" target_port_add 1
	check "round $round: live again" wait_for 30 ctrl_is "$ctrl" live
done
check 'data' fio_verify "$disk" 16k 1m

# What the LLDD never ended keeps memory alone, not the modules.
check 'deleted for good' target_port_del_ms
remote_port_del 1
host_port_del 1
check 'nvme_fcloop unloads' unload nvme_fcloop
check 'nvme_fc unloads' unload nvme_fc
port_unlink 1 "$SUBSYS"
check 'nvmet_fc unloads' unload nvmet_fc
modprobe nvme_fcloop
fabric_up 1
port_link 1 "$SUBSYS" 2> /dev/null || true
teardown
done_testing
