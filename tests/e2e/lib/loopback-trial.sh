# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Faults, one at a time: what the host sees, and that it is well again.

# A read past the page cache, bounded.
read_once() {
	bounded "${1:-60}" dd if="$DISK" of=/dev/null iflag=direct bs=4k count=1 status=none
}

write_once() {
	bounded "${1:-60}" dd if=/dev/zero of="$DISK" oflag=direct bs=4k count=1 status=none
}

all_well() {
	ctrl_is "$CTRL" live && [[ -b $DISK ]] && read_once 20
}

# connected: a controller with a disk, in CTRL and DISK.
connected() {
	check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=120 "$@"
	check 'disk' wait_for 20 disk_ready "$SUBSYS" 1
	CTRL=$(ctrl_of "$SUBSYS")
	DISK=$(disk_of "$SUBSYS" 1)
}

# trial NAME read|write ok|fails|any LOG RULE...: with the rule in force, what
# becomes of one read or write, whether the log has a line (- for none wanted),
# and whether everything works afterwards.
trial() {
	local name=$1 what=$2 result=$3 log=$4
	shift 4
	wanted "$name" || return 0
	klog_mark
	loop_faults_clear
	check "$name: rule" loop_fault "$@"
	case $result in
	ok) check "$name: the $what is done in the end" "${what}_once" ;;
	fails) check "$name: the $what fails" not "${what}_once" ;;
	any) "${what}_once" || true ;;
	esac
	check "$name: it struck" wait_for 10 struck_at_least 0 1
	[[ $log == - ]] || check "$name: the log says so" klog_has "$log" 10
	loop_faults_clear
	check "$name: all is well afterwards" wait_for 45 all_well
	klog_quiet "$name: no warning"
}

# connect_trial NAME LOG RULE...: a connect during which the rule strikes; the
# controller becomes live by itself, on a later attempt if need be.
connect_trial() {
	local name=$1 log=$2 ctrl
	shift 2
	wanted "$name" || return 0
	klog_mark
	loop_faults_clear
	check "$name: rule" loop_fault "$@"
	ctrl=$(connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=120)
	check "$name: live in the end" wait_for 60 ctrl_is "$ctrl" live
	check "$name: it struck" struck_at_least 0 1
	[[ $log == - ]] || check "$name: the log says so" klog_has "$log" 5
	loop_faults_clear
	check "$name: disconnect" disconnect "$SUBSYS"
	check "$name: the books are even" wait_for 45 loop_idle
	klog_quiet "$name: no warning"
}
