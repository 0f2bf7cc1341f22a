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
	local WWNN WWPN TRADDR
	host_names "$1"
	fcloop_ctl add_local_port "wwnn=$WWNN,wwpn=$WWPN"
}
host_port_del() {
	local WWNN WWPN TRADDR
	host_names "$1"
	fcloop_ctl del_local_port "wwnn=$WWNN,wwpn=$WWPN"
}
target_port_add() {
	local WWNN WWPN TRADDR
	target_names "$1"
	fcloop_ctl add_target_port "wwnn=$WWNN,wwpn=$WWPN"
}

# target_port_del TARGET [SECONDS]: nvme-fcloop looks whether a command's target port is there, allocates, and takes it then
# without another look. One that comes as the port goes would be its end, whichever transport has sent it.
target_port_del() {
	local WWNN WWPN TRADDR
	target_names "$1"
	fio_held fcloop_ctl del_target_port "wwnn=$WWNN,wwpn=$WWPN" "${2:-30}"
}

# remote_port_over TARGET HOST: the remote port's delete callback, if it was unregistered, has returned, as far as the
# host says so (the C module does not).
remote_port_over() {
	local WWNN WWPN TRADDR names line
	[[ -r $DEBUGFS/nvme_fc/ports ]] || return 0
	host_names "$2"
	names="host_traddr=$TRADDR"
	target_names "$1"
	names+=" traddr=$TRADDR"
	while IFS= read -r line; do
		[[ $line != kind=remoteport*" $names "* || $line == *' delete_callback=-' ]] || return 1
	done < "$DEBUGFS/nvme_fc/ports"
}

# remote_port_add TARGET HOST [ROLES]: one that returns before its delete callback is counted twice by nvme-fcloop, which
# gets one callback for both, and then never unloads.
remote_port_add() {
	[[ -d $DEBUGFS/nvme_fc ]] || debugfs_mount
	wait_for 60 remote_port_over "$1" "$2"
	local WWNN WWPN TRADDR words
	target_names "$1"
	words=wwnn=$WWNN,wwpn=$WWPN
	host_names "$2"
	fcloop_ctl add_remote_port "$words,lpwwnn=$WWNN,lpwwpn=$WWPN,roles=${3:-$ROLE_TARGET_DISCOVERY}"
}
remote_port_del() {
	local WWNN WWPN TRADDR
	target_names "$1"
	fcloop_ctl del_remote_port "wwnn=$WWNN,wwpn=$WWPN"
}

# Drops COUNT commands from the FIRST with this opcode on: OPCODE:FIRST:COUNT.
drop_command() {
	fcloop_ctl set_cmd_drop "$1"
}
