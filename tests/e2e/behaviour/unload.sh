#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Unloading in every state. A controller does not pin the modules: with its ports
# gone and fcloop unloaded, unloading nvme_fc deletes what is left.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

export UNLOAD_SECONDS=45

# The parts of setup that an unload takes away.
again() {
	modprobe nvme_fcloop
	fabric_up 1
	port_link 1 "$SUBSYS" 2> /dev/null || true
}

ports_away() {
	remote_port_del 1
	target_port_del 1
	host_port_del 1
}

# The modules, in the order in which their users allow it.
all_unload() {
	unload nvme_fcloop && unload nvme_fc
}

gone() {
	check "$1: nvme_fcloop and nvme_fc unload" all_unload
	check "$1: no controller is left" wait_for 20 no_ctrls
	check "$1: no disk is left" not compgen -G '/dev/nvme*n*'
	port_unlink 1 "$SUBSYS"
	check "$1: nvmet_fc unloads" unload nvmet_fc
	# nvmet itself is pinned by the subsystem in configfs.
	is "$1: no reference is left" "$(refcounts | grep '^nvme_')" "$(grep '^nvme_' <<< "$BASE_REFCOUNTS")"
	again
}

setup 1

check 'live: connect' connect "$SUBSYS" 1
ctrl=$(ctrl_of "$SUBSYS")
check 'live' wait_for 20 ctrl_is "$ctrl" live
check 'nvme_fc is in use while fcloop is loaded' not modprobe -r nvme_fc
check 'nvmet_fc is in use while fcloop is loaded' not modprobe -r nvmet_fc
ports_away
gone 'live'

check 'connecting: connect' connect "$SUBSYS" 1 --reconnect-delay=2
ctrl=$(ctrl_of "$SUBSYS")
remote_port_del 1
check 'connecting' wait_for 20 ctrl_is "$ctrl" connecting
ports_away 2> /dev/null
gone 'connecting'

# The port is there, the target answers nothing useful: reconnects go on.
check 'reconnecting: connect' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=600
ctrl=$(ctrl_of "$SUBSYS")
klog_mark
target_port_del 1
reset_ctrl "$ctrl" 2> /dev/null
check 'reconnecting: connecting, its port online' wait_for 20 ctrl_is "$ctrl" connecting
check 'reconnecting: in vain' klog_has 'Reconnect attempt failed'
ports_away 2> /dev/null
gone 'reconnecting'

check 'resetting: connect' connect "$SUBSYS" 1
ctrl=$(ctrl_of "$SUBSYS")
wait_for 20 disk_ready "$SUBSYS" 1
rm -f /tmp/resets
(while echo 1 > "/sys/class/nvme/$ctrl/reset_controller"; do echo >> /tmp/resets; done) 2> /dev/null &
resets=$!
resets_beyond() {
	[[ $(wc -l < /tmp/resets) -gt $1 ]]
}
check 'resetting: one reset after the other' wait_for 20 resets_beyond 2
ports_away
gone 'resetting'
reap 10 "$resets" 2> /dev/null

# With I/O: fio has the disk open, which belongs to the core and pins nothing of
# the transport. It sees errors when its controller goes.
check 'I/O: connect' connect "$SUBSYS" 1
check 'I/O: the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
check 'I/O: fio runs' fio_start "$(disk_of "$SUBSYS" 1)" 16k
ports_away
check 'I/O: nvme_fcloop and nvme_fc unload under it' all_unload
check 'I/O: fio ends by itself, not in a hang' wait_for 30 not fio_running
check 'I/O: with errors' not fio_finish
gone 'I/O'

# And after all that a connect works as ever.
check 'afterwards: connect' connect "$SUBSYS" 1
check 'afterwards: the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
check 'afterwards: data' fio_verify "$(disk_of "$SUBSYS" 1)" 16k 1m
teardown
done_testing
