#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Readers of all files of both transports, beside ports that flap, controllers that are reset, connects and disconnects,
# and modules that come and go. Whatever a reader gets is whole, and its books balance.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

# How long the storm lasts, seconds, and how often the modules come and go.
STORM=${READERS_SECONDS:-$(often 120 10)}
CYCLES=$(often 10 2)
RUNNING=/tmp/readers-running

# whole FILE LINE..: each is a record, none is there twice, and books balance. Without a process: the more is read.
whole() {
	local file=$1 line key
	local -A seen=()
	shift
	case $file in
	*/nvmet_fc/ports) key='^(targetport=[0-9]+) ' ;;
	*/nvmet_fc/hosts) key='^(targetport=[0-9]+ host=[0-9]+) ' ;;
	*/nvmet_fc/associations) key=' (association_id=[^ ]+) ' ;;
	*/queues) key=' (connection_id=[^ ]+) ' ;;
	*/errors) key=' accepted=([0-9]+) released=([0-9]+) outstanding=([0-9]+)$' ;;
	*) key='$-' ;;
	esac
	for line; do
		[[ $line =~ ^[a-z_]+=[^\ ]+(\ [a-z_]+=[^\ ]+)*(\ (cause|last_error)=.+)?$ ]] || { echo "$file: not a record: $line"; return 1; }
		[[ $line =~ $key ]] || continue
		if [[ $file == */errors ]]; then
			((BASH_REMATCH[1] - BASH_REMATCH[2] == BASH_REMATCH[3])) || { echo "$file: the book does not balance: $line"; return 1; }
			continue
		fi
		[[ ! ${seen[${BASH_REMATCH[1]}]:-} ]] || { echo "$file: twice: $line"; return 1; }
		seen[${BASH_REMATCH[1]}]=1
	done
}

# read_all NAME: reads all files until RUNNING is gone; what it finds is in /tmp/NAME.
read_all() {
	local file lines=() rounds=0 records=0
	while [[ -e $RUNNING ]]; do
		for file in "$DEBUGFS"/nvme_fc/* "$DEBUGFS"/nvmet_fc/* /sys/class/nvme/*/fc/*; do
			{ mapfile -t lines < "$file"; } 2> /dev/null || continue
			[[ $file == /sys/class/* ]] || whole "$file" "${lines[@]}" || { touch "/tmp/$1.bad"; return; }
			records=$((records + ${#lines[@]}))
		done
		rounds=$((rounds + 1))
		# Without modules there is nothing to read.
		[[ -e $DEBUGFS/nvmet_fc ]] || nap 50
	done > "/tmp/$1" 2>&1
	echo "$rounds rounds, $records records" >> "/tmp/$1"
}

# until_end COMMAND..: does it again and again while the storm lasts. It may fail: its port may be gone at that moment.
until_end() {
	while ((SECONDS < END)); do
		"$@" > /dev/null 2>&1 || true
	done
}

# Part of the storm.
flap_link() { loop_write remote-1-1/control 'flap=3 down=30 up=150' 60; }
flap_target() {
	loop_write target-2/control 'flap=1 down=50 up=400' 60
	nap 500
}
reset_all() {
	local ctrl
	for ctrl in /sys/class/nvme/nvme*; do
		put 60 "$ctrl/reset_controller" 1
	done
	nap 300
}
come_and_go() {
	local ctrl
	ctrl=$(connect_raw "$SUBSYS" 2 reconnect_delay=1,ctrl_loss_tmo=20,duplicate_connect) || return
	put 60 "/sys/class/nvme/$ctrl/delete_controller" 1
}
log_out() {
	loop_write target-1/control "invalidate=$(host_wwpn 1)"
	nap 2000
}
use_disk() {
	read_once 20
	nap 100
}

debugfs_mount
touch "$RUNNING"
read_all reader1 &
readers=($!)
read_all reader2 &
readers+=($!)
loop_load
loop_ready 1
loop_ready 2
connected --keep-alive-tmo=30
klog_mark
END=$((SECONDS + STORM))
storm=()
for part in flap_link flap_target reset_all come_and_go log_out use_disk; do
	until_end "$part" &
	storm+=($!)
done
for pid in "${storm[@]}"; do
	check 'storm: a part of it has ended' reap "$((STORM + 120))" "$pid"
done
check 'storm: live in the end' wait_for 90 all_well
check 'disconnect' disconnect_all
nvmet_clear
check 'the ports go' loop_down
check 'nothing is outstanding' wait_for 10 nothing_outstanding

# The files go and come back with their modules; one that is being read keeps its module a moment.
for ((n = 1; n <= CYCLES; n++)); do
	check "cycle $n: unload beside readers" wait_for 60 unload nvme_fc_loopback nvme_fc nvmet_fc
	check "cycle $n: load" modprobe -a nvme_fc nvmet_fc nvme_fc_loopback
done
rm "$RUNNING"
for pid in "${readers[@]}"; do
	check 'a reader has ended' reap 60 "$pid"
done
for n in 1 2; do
	check_show "reader $n: all was whole" eval "cat /tmp/reader$n; test ! -e /tmp/reader$n.bad"
done
klog_quiet 'no warning'
loop_teardown
done_testing
