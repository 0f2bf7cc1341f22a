#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Discovery controllers: one-off, and one that stays and hears of changes.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

discover() {
	bounded 60 nvme discover -t fc -a "$(target_traddr 1)" -w "$(host_traddr 1)" --hostid "$HOSTID" --hostnqn "$HOSTNQN" "$@"
}

EVENTS=/tmp/uevents-nvme
setup 1
check 'nvme discover' discover
log=$OUTPUT
check 'it lists the subsystem' matches "$log" "^subnqn: *$SUBSYS\$"
check 'and its address' matches "$log" "^traddr: *$(target_traddr 1)\$"
check 'it leaves no controller' wait_for 20 no_ctrls

check 'a discovery controller that stays' discover --persistent --keep-alive-tmo=2
ctrl=$(ctrl_of "$DISCOVERY_NQN")
check 'it is live' wait_for 20 ctrl_is "$ctrl" live
is 'its type' "$(ctrl_attr "$ctrl" cntrltype)" discovery
is 'it has the admin queue alone' "$(ctrl_attr "$ctrl" queue_count)" 1
check 'keep-alives carry it over several periods' holds_for 6 ctrl_is "$ctrl" live
check 'its log can be read' nvme discover --device="$ctrl" -t fc -a "$(target_traddr 1)" -w "$(host_traddr 1)"

stdbuf -oL udevadm monitor --kernel --property --subsystem-match=nvme >> "$EVENTS" 2>&1 &
monitor=$!
# It listens before it says so.
wait_for 20 grep -q 'KERNEL - the kernel uevent' "$EVENTS"
subsystem_make nqn.2026-11.test:second
port_link 1 nqn.2026-11.test:second
check 'a change of the log reaches it as an event' wait_for 20 grep -q '^NVME_AEN=0x70f002$' "$EVENTS"
kill "$monitor"
reap 5 "$monitor"
check 'the new subsystem is listed' matches "$(discover --output-format=normal)" '^subnqn: *nqn.2026-11.test:second$'

check 'reset' reset_ctrl "$ctrl"
check 'live after it' wait_for 20 ctrl_is "$ctrl" live
remote_port_del 1
check 'without its port: connecting' wait_for 20 ctrl_is "$ctrl" connecting
remote_port_add 1 1
check 'with it: live' wait_for 20 ctrl_is "$ctrl" live
check 'an I/O controller beside it' connect "$SUBSYS" 1
check 'is live' wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
check 'both disconnect' nvme disconnect-all
check 'and are gone' wait_for 20 no_ctrls
teardown
done_testing
