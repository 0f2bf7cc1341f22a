#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything of ours that may fail for want of memory, or of room for a DMA
# mapping, fails once, in each part of a controller's life: by the place that asks
# for it, until no new place does. What was asked for ends in an error or well; then
# all is well, and nothing is left. run-starve has the modules for this.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"
. "$E2E/lib/loopback-trial.sh"

STARVE=/sys/module/e2e_starve/parameters
# Far more than there are.
MOST=400
# shellcheck disable=SC2034 # what the library left there
ANSWER=

struck() {
	[[ $(< "$STARVE/refused") != 0 ]]
}

# each NAME ACT MEND: ACT with one thing refused, MEND, again and again until ACT comes to no new place; or, in the
# short form, to one in so many. MEND is to succeed, whatever ACT came to.
each() {
	local name=$1 act=$2 mend=$3 times=0 failures=0 bad=''
	often 1 10 > "$STARVE/stride"
	for ((times = 0; times < MOST; times++)); do
		echo 0 > "$STARVE/nth"
		"$act" > /tmp/starve-act 2>&1 || failures=$((failures + 1))
		if ! struck; then
			echo -1 > "$STARVE/nth"
			break
		fi
		echo -1 > "$STARVE/nth"
		"$mend" > /tmp/starve-mend 2>&1 || { bad=$(klog_last) && break; }
	done
	if [[ $bad ]]; then
		fail "$name: all is well after each" "after $times, without $bad"$'\n'"$(tail -n 5 /tmp/starve-act /tmp/starve-mend)"
		"$mend" > /dev/null 2>&1
	else
		pass "$name: all is well after each"
	fi
	check "$name: something was refused, and then nothing new" test "$times" -gt 0 -a "$times" -lt "$MOST"
	note "$name: $times refused, of which $failures failed it"
	# shellcheck disable=SC2015 # its failure is the act's
	check "$name: it works when nothing is refused" "$act"
	check "$name: and all is well" "$mend"
	klog_quiet "$name: no warning"
}

# What was refused last, as the kernel's log has it.
klog_last() {
	klog_caught_up
	grep 'e2e_starve: no' "$KLOG" | tail -n 1 | sed 's/.*e2e_starve: no //'
}

load() {
	modprobe nvme_fc && modprobe nvmet_fc && unload nvme_fc nvmet_fc
}
loaded_none() {
	unload nvme_fc nvmet_fc
}

ports() {
	loop_ready 1 device=bounce device=bounce && no_ports
}
no_ports() {
	port_remove 1 && loop_down && wait_for 20 loop_balanced
}

# What nvme-cli does with a controller whose first attempt failed is its own business.
connects() {
	local ctrl
	ctrl=$(connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=60) || return
	wait_for 60 ctrl_is "$ctrl" live || return
	disconnect_all
}
disconnected() {
	disconnect_all && wait_for 30 loop_idle
}

discovers() {
	bounded 60 nvme discover -t fc -a "$(target_traddr 1)" -w "$(host_traddr 1)" --hostid "$HOSTID" --hostnqn "$HOSTNQN"
}

# One I/O may fail; the next kind is tried all the same.
transfers() {
	local status=0
	bounded 60 dd if=/dev/zero of="$DISK" oflag=direct bs=4k count=1 status=none || status=1
	bounded 60 dd if="$DISK" of=/dev/null iflag=direct bs=4k count=1 status=none || status=1
	bounded 60 dd if=/dev/zero of="$DISK" oflag=direct bs=512k count=1 status=none || status=1
	bounded 60 dd if="$DISK" of=/dev/null iflag=direct bs=512k count=1 status=none || status=1
	bounded 60 blkdiscard --length 64k "$DISK" || status=1
	bounded 60 blkdiscard --zeroout --length 64k "$DISK" || status=1
	bounded 60 nvme flush "$DISK" -n 1 || status=1
	return "$status"
}

resets() {
	reset_ctrl "$CTRL"
	wait_for 60 ctrl_is "$CTRL" live
}

loses() {
	rmdir "$LOOPBACK/remote-1-1" || return
	wait_for 20 not ctrl_is "$CTRL" live
	loop_remote 1 1 || return
	wait_for 60 ctrl_is "$CTRL" live
}

# The controller is as it was; one that was given up is made anew.
well() {
	[[ -d $LOOPBACK/remote-1-1 && $(< "$LOOPBACK/remote-1-1/enable") == 1* ]] || loop_remote 1 1
	wait_for 60 ctrl_is "$CTRL" live || reconnected
	wait_for 20 all_well
}
reconnected() {
	disconnect_all
	connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=600 --keep-alive-tmo=30 || return
	wait_for 30 disk_ready "$SUBSYS" 1 || return
	CTRL=$(ctrl_of "$SUBSYS") DISK=$(disk_of "$SUBSYS" 1)
}

# A host's life by hand, and what a target may send.
link_services() {
	local association status=0
	inject target-1 ls "host=0xfeed hex=$(ls_create_association "$SUBSYS")" || return
	association=$(answer_hex | cut -c65-80)
	connect_by_hand target-1 "$association" "$SUBSYS" || status=1
	inject target-1 ls "host=0xfeed hex=$(ls_create_connection "$association" 1)" || status=1
	inject target-1 ls "host=0xfeed hex=$(ls_disconnect "$association")" || status=1
	inject remote-1-1 ls "host=0xfeed hex=$(ls_disconnect 0102030405060708)" || status=1
	[[ $(answer_status) == 0 ]] && return "$status"
}
logged_out() {
	echo invalidate=0xfeed > "$LOOPBACK/target-1/control"
	wait_for 30 only_ours && well
}
only_ours() {
	[[ $(loop_book host_received_ls 4) == 0 && $(loop_book target_received_ls 4) == 0 && $(loop_book ls_exchanges 4) == 0 ]] &&
		[[ $(loop_book exchanges 4) -le 1 ]]
}

reads_files() {
	local file status=0
	for file in /sys/kernel/debug/nvme_fc/* /sys/kernel/debug/nvmet_fc/*; do
		cat "$file" > /dev/null || status=1
	done
	return "$status"
}

modprobe nvme_fabrics
modprobe nvmet
modprobe e2e_starve
debugfs_mount
# Unloading the transports would take it along.
exec {HOLD}< /sys/kernel/debug/e2e_starve/places
klog_mark
each 'load and unload' load loaded_none

loop_load
each 'ports' ports no_ports
check 'ports' loop_ready 1 device=bounce device=bounce
each 'connect and disconnect' connects disconnected
[[ ${E2E_SHORT:-} ]] || each 'discover' discovers disconnected
check 'a controller' reconnected
each 'I/O' transfers well
each 'reset' resets well
[[ ${E2E_SHORT:-} ]] || each 'loss and return of the port' loses well
each 'link services received' link_services logged_out
each 'files' reads_files true
if [[ ! ${E2E_SHORT:-} ]]; then
	# The n-th that is asked for, whatever its place: the order is not always the same.
	check 'disconnect' disconnect "$SUBSYS"
	for ((n = 1, asked = 1; n <= asked; n++)); do
		echo "$n" > "$STARVE/nth"
		connects > /dev/null 2>&1
		asked=$(< "$STARVE/asked")
		echo -1 > "$STARVE/nth"
		disconnected > /tmp/starve-mend 2>&1 || { fail "connect without the $n. of $asked" "$(klog_last)"; break; }
	done
	pass "connect without the n-th, for n up to $((n - 1))"
fi
loop_teardown
exec {HOLD}<&-
check 'what refused goes' modprobe -r e2e_starve
done_testing
