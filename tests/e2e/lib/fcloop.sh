# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# Ports of the stock nvme-fcloop: hosts and targets are numbered from 1.

FCLOOP=/sys/class/fcloop/ctl
LLDD_MODULE=nvme_fcloop

# A write that cannot hang the script: fcloop's stores call into the transports.
fcloop_ctl() {
	put "${3:-30}" "$FCLOOP/$1" "$2"
}

host_port_add() {
	fcloop_ctl add_local_port "wwnn=$(host_wwnn "$1"),wwpn=$(host_wwpn "$1")"
}
host_port_del() {
	fcloop_ctl del_local_port "wwnn=$(host_wwnn "$1"),wwpn=$(host_wwpn "$1")"
}
target_port_add() {
	fcloop_ctl add_target_port "wwnn=$(target_wwnn "$1"),wwpn=$(target_wwpn "$1")"
}
target_port_del() {
	fcloop_ctl del_target_port "wwnn=$(target_wwnn "$1"),wwpn=$(target_wwpn "$1")" "${2:-30}"
}

# remote_port_over TARGET HOST: the remote port's delete callback, if it was unregistered, has returned, as far as the
# host says so (the C module does not).
remote_port_over() {
	local names line
	[[ -r $DEBUGFS/nvme_fc/ports ]] || return 0
	names="host_traddr=$(host_traddr "$2") traddr=$(target_traddr "$1")"
	while IFS= read -r line; do
		[[ $line != kind=remoteport*" $names "* || $line == *' delete_callback=-' ]] || return 1
	done < "$DEBUGFS/nvme_fc/ports"
}

# remote_port_add TARGET HOST [ROLES]: one that returns before its delete callback is counted twice by nvme-fcloop, which
# gets one callback for both, and then never unloads.
remote_port_add() {
	[[ -d $DEBUGFS/nvme_fc ]] || debugfs_mount
	wait_for 60 remote_port_over "$1" "$2"
	fcloop_ctl add_remote_port "wwnn=$(target_wwnn "$1"),wwpn=$(target_wwpn "$1"),lpwwnn=$(host_wwnn "$2"),lpwwpn=$(host_wwpn "$2"),roles=${3:-$ROLE_TARGET_DISCOVERY}"
}
remote_port_del() {
	fcloop_ctl del_remote_port "wwnn=$(target_wwnn "$1"),wwpn=$(target_wwpn "$1")"
}

# Drops COUNT commands from the FIRST with this opcode on: OPCODE:FIRST:COUNT.
drop_command() {
	fcloop_ctl set_cmd_drop "$1"
}
