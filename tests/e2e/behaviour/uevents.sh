#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The discovery uevent as udevadm monitor sees it, and what makes it come.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

CLASS=/sys/class/fc/fc_udev_device
EVENTS=/tmp/uevents
EVENT=FC_EVENT=nvmediscovery

monitor_start() {
	# Line-buffered, and appended: the file is cut to nothing between cases.
	stdbuf -oL udevadm monitor --kernel --property --subsystem-match=fc >> "$EVENTS" 2>&1 &
	MONITOR=$!
	# It listens before it says so.
	wait_for 20 grep -q 'KERNEL - the kernel uevent' "$EVENTS"
}

forget() {
	: > "$EVENTS"
}

event_count() {
	grep -c "^$EVENT\$" "$EVENTS"
}

events_are() {
	[[ $(event_count) == "$1" ]]
}

# The variables of the last event that the kernel's core does not add itself.
own_variables() {
	awk 'BEGIN { RS = "" } /FC_EVENT/ { last = $0 } END { print last }' "$EVENTS" |
		grep -vE '^(KERNEL\[|ACTION=|DEVPATH=|SUBSYSTEM=|SEQNUM=)' | sort
}

variables_for() {
	printf '%s\n' "$EVENT" "NVMEFC_HOST_TRADDR=$(host_traddr "$2")" "NVMEFC_TRADDR=$(target_traddr "$1")"
}

setup 1
is 'mode of nvme_discovery' "$(stat -c %a "$CLASS/nvme_discovery")" 200
if zgrep -q '^CONFIG_BLK_CGROUP_FC_APPID=y' "/boot/config-$(uname -r)" 2> /dev/null; then
	is 'mode of appid_store' "$(stat -c %a "$CLASS/appid_store")" 200
else
	check 'no appid_store in this kernel' not test -e "$CLASS/appid_store"
fi
check 'udevadm monitor starts' monitor_start

host_port_add 2
remote_port_add 2 2
check 'a remote port with the discovery role: one event' wait_for 20 events_are 1
is 'its three variables, and no other' "$(own_variables)" "$(variables_for 2 2)"
check 'its action is change' grep -q '^ACTION=change$' "$EVENTS"
check 'its device is fc_udev_device' grep -q '^DEVPATH=/devices/virtual/fc/fc_udev_device$' "$EVENTS"

forget
remote_port_add 3 2 "$ROLE_TARGET"
check 'a remote port without that role: none' holds_for 1 events_are 0

echo add > "$CLASS/nvme_discovery"
check 'nvme_discovery: one event for each such port' wait_for 20 events_are 2
check 'and no more' holds_for 1 events_are 2
is 'one names port 1' "$(grep -c "^NVMEFC_TRADDR=$(target_traddr 1)\$" "$EVENTS")" 1
is 'one names port 2' "$(grep -c "^NVMEFC_TRADDR=$(target_traddr 2)\$" "$EVENTS")" 1
is 'each names its own host port' "$(grep -c "^NVMEFC_HOST_TRADDR=$(host_traddr 2)\$" "$EVENTS")" 1

forget
remote_port_del 2
remote_port_del 3
echo add > "$CLASS/nvme_discovery"
check 'ports that are gone get none' wait_for 20 events_are 1
is 'the one that is left names port 1' "$(own_variables)" "$(variables_for 1 1)"

# A change of the target's discovery log reaches the host through the LLDD.
forget
subsystem_make nqn.2026-11.test:extra
port_link 1 nqn.2026-11.test:extra
check 'a subsystem linked on the target: an event' wait_for 20 grep -q "^NVMEFC_TRADDR=$(target_traddr 1)\$" "$EVENTS"
is 'with the same three variables' "$(own_variables)" "$(variables_for 1 1)"

# Writers side by side: every write is served, nothing is lost or kept. In the C
# module a port that one writer has listed is passed over by the others.
forget
pids=
for _ in 1 2 3 4; do
	(for _ in {1..25}; do echo add > "$CLASS/nvme_discovery"; done) &
	pids+=" $!"
done
for pid in $pids; do
	reap 30 "$pid"
done
event_came() {
	[[ $(event_count) -gt 0 ]]
}
if [[ ${E2E_HOST:-rust} == rust ]]; then
	check '100 writes from four writers: 100 events' wait_for 20 events_are 100
else
	check '100 writes from four writers: events come' wait_for 20 event_came
fi
kill "$MONITOR" 2> /dev/null
reap 5 "$MONITOR"
host_port_del 2
teardown
check 'the class goes with the module' not test -e "$CLASS"
done_testing
