#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two ports to one subsystem: one is taken away under fio, and comes back.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

# The controller that goes through port N.
ctrl_through() {
	local ctrl
	for ctrl in $(ctrls_of "$SUBSYS"); do
		[[ $(ctrl_attr "$ctrl" address) != *"$(target_traddr "$1")"* ]] || echo "$ctrl"
	done
}

path_io() {
	awk '{ print $1 + $5 }' /sys/block/nvme*c"${1#nvme}"n1/stat
}

in_flight() {
	awk '{ print $1 + $2 }' "/sys/block/$(basename "$disk")/inflight"
}

setup 1 2
is 'native multipath is on' "$(cat /sys/module/nvme_core/parameters/multipath)" Y
for n in 1 2; do
	check "connect through port $n" connect "$SUBSYS" "$n" --reconnect-delay=1 --ctrl-loss-tmo=60
	check "port $n: live" wait_for 20 ctrl_is "$(ctrl_through "$n")" live
done
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
is 'one disk for both paths' "$(compgen -G '/dev/nvme*n1' | wc -l)" 1
disk=$(disk_of "$SUBSYS" 1)
policy=$(echo /sys/class/nvme-subsystem/nvme-subsys*/iopolicy)
echo round-robin > "$policy"
one=$(ctrl_through 1)
two=$(ctrl_through 2)

check 'fio starts' fio_start "$disk" 16k
carried_on() {
	[[ $(path_io "$1") -gt $2 ]]
}
check 'one path carries I/O' wait_for 20 carried_on "$one" 0
check 'the other path carries I/O' wait_for 20 carried_on "$two" 0
check 'remote port 1 deleted under fio' remote_port_del 1
check 'its controller is connecting' wait_for 20 ctrl_is "$one" connecting
before=$(path_io "$two")
check 'the other path carries on' wait_for 20 carried_on "$two" "$before"
check 'remote port 1 added again' remote_port_add 1 1
check 'its controller is live again' wait_for 20 ctrl_is "$one" live
before=$(path_io "$one")
check 'and carries I/O' wait_for 20 carried_on "$one" "$before"

check_show 'fio saw no error' fio_finish
is 'nothing is in flight' "$(in_flight)" 0

# The target's end alone: the LLDD refuses commands from now on. The C module
# hands that to the application as an I/O error, and loses count (W21). A policy
# that prefers the path that refuses must find it out of service.
for name in numa queue-depth round-robin; do
	echo "$name" > "$policy"
	check "$name: fio starts" fio_start "$disk" 16k
	n=1 this=$one other=$two
	if [[ $name == numa ]]; then
		before=$(path_io "$two")
		sleep 1
		[[ $(path_io "$two") == "$before" ]] || n=2 this=$two other=$one
	fi
	check "$name: target port $n deleted under fio" target_port_del "$n" 60
	c_defect host 'a command that the LLDD refuses begins no recovery'
	check "$name: its controller leaves live" wait_for 60 not ctrl_is "$this" live
	before=$(path_io "$other")
	c_defect host 'an error of the LLDD is no reason for it to take the other path'
	check "$name: the other path carries on" wait_for 60 carried_on "$other" "$before"
	check "$name: target port $n added again" target_port_add "$n"
	check "$name: remote port $n deleted" remote_port_del "$n"
	check "$name: remote port $n added again" remote_port_add "$n" "$n"
	check "$name: its controller is live again" wait_for 60 ctrl_is "$this" live
	c_defect host 'an error of the LLDD is no reason for it to take the other path'
	check_show "$name: fio saw no error from a target that went away" fio_finish
	c_defect host 'requests that failed so stay counted'
	is "$name: nothing is in flight" "$(in_flight)" 0
done
teardown
done_testing
