#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A target is taken down and set up again under fio, over and over: as slowly as
# an administrator does it, so that the host, whose path is back, is refused for a
# while. No controller is lost to that.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

ROUNDS=${E2E_TARGET_CYCLES:-2}
ALLOWED=$NVMET/subsystems/$SUBSYS/allowed_hosts/$HOSTNQN

allow_host() {
	ln -s "$NVMET/hosts/$HOSTNQN" "$ALLOWED"
}

refused_since_mark() {
	klog_has "Connect for subsystem $SUBSYS is not allowed" 60
}

same_controller() {
	is "$1: no controller is lost" "$(ctrls_of "$SUBSYS")" "$ctrl"
}

# The target's end, but for who may use it.
target_returns() {
	target_port_add 1 && port_make 1 && namespace_add "$SUBSYS" 1 /dev/nullb0 && port_link 1 "$SUBSYS"
}

setup 1
mkdir "$NVMET/hosts/$HOSTNQN"
echo 0 > "$NVMET/subsystems/$SUBSYS/attr_allow_any_host"
allow_host
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=600
ctrl=$(ctrl_of "$SUBSYS")
check 'the disk appears' wait_for 60 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
check 'fio starts' fio_start "$disk" 16k

for ((round = 1; round <= ROUNDS; round++)); do
	# The subsystem leaves its port first: a namespace that goes while the host is
	# connected is one that its I/O has lost.
	check "round $round: the target goes" port_unlink 1 "$SUBSYS"
	check "round $round: the host learns of it" wait_for 60 not ctrl_is "$ctrl" live
	rm "$ALLOWED"
	namespace_remove "$SUBSYS" 1
	port_remove 1
	check "round $round: the target port goes" target_port_del 1 60
	# Every other time the path goes as well, and its return is what the host
	# waits for; else its own timer is.
	((round % 2 == 0)) || check "round $round: the remote port goes" remote_port_del 1
	check "round $round: connecting" wait_for 60 ctrl_is "$ctrl" connecting
	klog_mark
	check "round $round: the target returns" target_returns
	((round % 2 == 0)) || check "round $round: the remote port returns" remote_port_add 1 1
	check "round $round: the host is refused" refused_since_mark
	c_defect host 'one refusal deletes a controller that has carried I/O'
	same_controller "round $round, refused"
	[[ ${E2E_HOST:-rust} == rust || $(ctrl_of "$SUBSYS") ]] || break
	check "round $round: the host is allowed again" allow_host
	check "round $round: live" wait_for 60 ctrl_is "$ctrl" live
	same_controller "round $round, allowed"
	check "round $round: I/O goes on" wait_for 60 io_goes_on "$disk"
done
c_defect host 'its controller is gone'
check_show 'fio saw no error' fio_finish

# A first connect that is refused is over at once.
disconnect "$SUBSYS" > /dev/null
wait_for 60 no_ctrls
rm -f "$ALLOWED"
klog_mark
connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=600 > /dev/null
check 'a first connect: refused' refused_since_mark
check 'a first connect: not tried again' wait_for 60 no_ctrls
is 'a first connect: one attempt' "$(klog_count 'create_assoc failed')" 1
teardown
done_testing
