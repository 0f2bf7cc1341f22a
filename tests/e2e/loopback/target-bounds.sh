#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What bounds a target: the time that it waits for an LLDD which never ends
# something, and the memory that a host can have it set aside.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"
. "$E2E/lib/loopback-trial.sh"

# shellcheck disable=SC2034 # what the library left there
ANSWER=
short_form 'Disconnect lost
32 MiB at once
review_target_m13'
loop_load
short_timeouts 3

# A write of which the data never comes, and whose abort is ignored.
write_data_lost() {
	loop_ready 1
	connected --keep-alive-tmo=30
	klog_mark
	check 'write data lost: rule' loop_fault 'on=target.writedata code=1 nth=1 do=hold'
	check 'write data lost: its abort is ignored' loop_fault 'on=target.fcp_abort do=ignore'
	check "write data lost: and the host's" loop_fault 'on=host.fcp_abort do=ignore'
	write_once 100 > /dev/null 2>&1 &
	writer=$!
	check 'write data lost: it struck' wait_for 10 struck_at_least 0 1
	port_remove 1 > /tmp/port-remove 2>&1 &
	remover=$!
	check 'write data lost: the log names port, association and queue' klog_has 'WRITEDATA.*queue [0-9]+.*port 0x' 20
	check 'write data lost: the association ends all the same' klog_has 'Association deleted' 40
	check "write data lost: nvmet's port goes" wait_for 10 not running "$remover"
	loop_faults_clear
	loop_write control give_up
	check 'write data lost: the controller can go' disconnect_all
	reap 100 "$writer" > /dev/null 2>&1
	check 'write data lost: the books are even when it comes at last' wait_for 30 loop_idle
	klog_quiet 'write data lost: no warning'
	loop_clear 1
}

# Read data and a response that the LLDD keeps. Neither keeps nvmet waiting, so the
# association ends as far as anybody sees, and its memory stays.
review_target_m13() {
	local name=review_target_m13 readers=()
	loop_ready 1
	connected --keep-alive-tmo=30
	klog_mark
	check "$name: rule" loop_fault 'on=target.readdata code=2 nth=1 do=hold'
	check "$name: rule" loop_fault 'on=target.rsp code=2 nth=1 do=hold'
	check "$name: the host's aborts are ignored" loop_fault 'on=host.fcp_abort do=ignore'
	read_once 100 > /dev/null 2>&1 &
	readers+=($!)
	check "$name: a READDATA is kept" wait_for 10 struck_at_least 0 1
	read_once 100 > /dev/null 2>&1 &
	readers+=($!)
	check "$name: an RSP is kept" wait_for 10 struck_at_least 1 1
	check "$name: nvmet's port goes" port_remove 1
	check "$name: the association is deleted" klog_has 'Association deleted' 10
	check "$name: the log names operations, queue and port" klog_has '0 WRITEDATA, 1 READDATA, [01] RSP .* queue [1-9][0-9]*, port 0x' 30
	is "$name: the association is not freed" "$(klog_count 'Association freed')" 0
	loop_faults_clear
	loop_write control give_up
	check "$name: it is when both have ended" klog_has 'Association freed' 10
	check "$name: the controller can go" disconnect_all
	reap 100 "${readers[0]}" > /dev/null 2>&1
	reap 100 "${readers[1]}" > /dev/null 2>&1
	check "$name: the books are even" wait_for 30 loop_idle
	klog_quiet "$name: no warning"
	loop_clear 1
}

# A Disconnect that the LLDD never ends by itself.
disconnect_kept() {
	loop_ready 1 '' 'device=bounce'
	connected --keep-alive-tmo=30
	klog_mark
	check 'Disconnect kept: rule' loop_fault 'on=target.ls_req code=5 nth=1 do=hold'
	check 'Disconnect kept: disconnect' disconnect "$SUBSYS"
	check 'Disconnect kept: it struck' wait_for 10 struck_at_least 0 1
	check 'Disconnect kept: it is aborted in time' wait_for 35 loop_idle
	check 'Disconnect kept: the log says so' klog_has 'not answered.*port 0x' 5
	loop_clear 1
}

# Whether the buffer is mapped, or the port is gone already. In this order.
mapped_or_gone() {
	[[ $(loop_book mappings 4) -ge 2 ]] || loop_is_gone target-1
}

# As long as the port is there, it keeps the module. In this order.
pinned_or_gone() {
	[[ $(< /sys/module/nvmet_fc/refcnt) -ge $1 ]] || loop_is_gone target-1
}
unpinned() {
	[[ $(< /sys/module/nvmet_fc/refcnt) -lt $1 ]]
}

# One that it does not end when it is aborted, either.
disconnect_lost() {
	loop_ready 1 '' 'device=bounce'
	connected --keep-alive-tmo=30
	klog_mark
	check 'Disconnect lost: rule' loop_fault 'on=target.ls_req code=5 nth=1 do=hold'
	check 'Disconnect lost: its abort is ignored' loop_fault 'on=target.ls_abort do=ignore'
	check 'Disconnect lost: disconnect' disconnect "$SUBSYS"
	check 'Disconnect lost: it struck' wait_for 10 struck_at_least 0 1
	port_remove 1
	users=$(< /sys/module/nvmet_fc/refcnt)
	loop_write target-1/enable 0 60 &
	remover=$!
	check 'Disconnect lost: it is aborted' wait_for 30 struck_at_least 1 1
	check 'Disconnect lost: as long as the port is there, its buffer is mapped' mapped_or_gone
	check 'review_target_m5: and the module is in use by it' pinned_or_gone "$users"
	check 'Disconnect lost: the port goes in the end' wait_for 30 loop_is_gone target-1
	reap 30 "$remover"
	is 'Disconnect lost: nothing is mapped any more' "$(loop_book mappings 4)" 0
	check 'Disconnect lost: the log says so' klog_has 'lost.*port 0x' 5
	loop_write control give_up
	check 'Disconnect lost: it may end later' wait_for 10 loop_idle
	check 'review_target_m5: the module is not in use by it any more' wait_for 10 unpinned "$users"
	klog_quiet 'Disconnect lost: no warning'
	loop_clear 1
}

# A read of 32 MiB by one command.
no_offence() {
	not grep '^offence' "$LOOPBACK/books"
}
too_much_at_once() {
	loop_ready 1
	connected --keep-alive-tmo=30
	klog_mark
	check '32 MiB at once: rule' loop_fault 'on=host.fcp_io code=2 nth=1 set=20:02000000 set=72:ffff'
	check '32 MiB at once: refused' not read_once
	check '32 MiB at once: it struck' struck_at_least 0 1
	check '32 MiB at once: no data was sent for it' no_offence
	loop_faults_clear
	check '32 MiB at once: all is well' wait_for 45 all_well
	check 'the largest command that a host makes is served' dd if="$DISK" of=/dev/null iflag=direct bs=1M count=4 status=none
	loop_clear 1
}

# What one host takes does not keep another out. Meanwhile a real host waits for
# the end of a write of which the data is never sent.
rejected() {
	column 6 answers "$LOOPBACK/target-1/answers"
}
another_is_served() {
	check "$1: another host is served" inject target-1 ls "host=0xfeee hex=$(ls_create_association "$SUBSYS" 8 "${2:-31}")"
	is "$1: another host is accepted" "$(answer_hex | cut -c1-8)" 02000000
}

# Four associations with as many queues as they may have, as large as they may be:
# room_of_one_host NAME [COMMAND..], which connects them.
room_of_one_host() {
	local name=$1 n queue frame association lines
	shift
	for ((n = 0; n < 4; n++)); do
		check "$name: association $n" inject target-1 ls "host=0xfeed hex=$(ls_create_association "$SUBSYS" 8 1023)"
		association=$(answer_hex | cut -c65-80)
		# The third takes the last of the host's share, and the fourth may be refused for that.
		((n < 3)) || [[ $(answer_hex) == 02* ]] || continue
		[[ ! $* ]] || check "$name: Connect" "$@" "$association"
		frame=$(ls_create_connection "$association" 0 1023)
		lines=()
		for ((queue = 1; queue <= 128; queue++)); do
			printf -v "lines[queue]" 'host=0xfeed hex=%s%04x%s' "${frame:0:144}" "$queue" "${frame:148}"
		done
		check "$name: its queues are answered" inject_all target-1 "${lines[@]}"
	done
	another_is_served "$name" 1023
	check "$name: the host logs out" loop_write target-1/control invalidate=0xfeed
	check "$name: so does the other" loop_write target-1/control invalidate=0xfeee
}
# Any host may connect to this one.
connect_discovery() {
	connect_by_hand target-1 "$1" nqn.2014-08.org.nvmexpress.discovery 1023
}

# One host that asks for associations and never connects.
too_many_associations() {
	local request n before lines=()
	klog_mark
	request="host=0xfeed hex=$(ls_create_association "$SUBSYS")"
	before=$(rejected)
	for ((n = 0; n < 128; n++)); do
		lines+=("$request")
	done
	check 'too many associations: 128 are answered' inject_all target-1 "${lines[@]}"
	is 'too many associations: none of them is rejected' "$(rejected)" "$before"
	check 'too many associations: one more is answered' inject target-1 ls "$request"
	is 'too many associations: it is rejected' "$(rejected)" "$((before + 1))"
	is 'too many associations: 43/00' "$(answer_hex | cut -c67-70)" 4300
	check 'too many associations: the log names port and number' klog_has '128 associations.*port 0x' 5
	another_is_served 'too many associations'
	check 'too many associations: the host logs out' loop_write target-1/control invalidate=0xfeed
	check 'too many associations: and may come again' inject target-1 ls "$request"
	is 'too many associations: the new one is accepted' "$(answer_hex | cut -c1-8)" 02000000
}

bounds_of_hosts() {
	local writer start seconds
	loop_ready 1
	connected --keep-alive-tmo=120
	klog_mark
	start=$KLOG_AT
	check 'review_target_s6: rule' loop_fault 'on=target.writedata code=1 nth=1 do=hold'
	# Nobody else ends it: the host has all the time there is.
	nvme io-passthru "$DISK" --opcode=1 --namespace-id=1 --data-len=4096 --write --input-file=/dev/zero --timeout=200000 > /tmp/never-sent 2>&1 &
	writer=$!
	check 'review_target_s6: it struck' wait_for 10 struck_at_least 0 1
	seconds=$SECONDS
	room_of_one_host review_target_s1
	room_of_one_host 'review_target_s1, connected' connect_discovery
	too_many_associations
	KLOG_AT=$start
	check 'review_target_s6: write data that never comes is ended' klog_has 'write data.*queue.*port 0x' 70
	note "review_target_s6: after $((SECONDS - seconds)) s"
	check 'review_target_s6: the command with it' wait_for 30 not running "$writer"
	loop_faults_clear
	check 'review_target_s6: the controller is well' wait_for 45 all_well
	klog_quiet 'bounds of hosts: no warning'
	loop_clear 1
}

! wanted 'write data lost' || write_data_lost
! wanted 'review_target_m13' || review_target_m13
! wanted 'Disconnect kept' || disconnect_kept
! wanted 'Disconnect lost' || disconnect_lost
! wanted '32 MiB at once' || too_much_at_once
! wanted 'bounds of hosts' || bounds_of_hosts
default_timeouts
short_done
loop_teardown
done_testing
