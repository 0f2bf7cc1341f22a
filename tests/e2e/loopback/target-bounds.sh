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
32 MiB at once'
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
	check "write data lost: nvmet's port goes" wait_for 10 not kill -0 "$remover"
	loop_faults_clear
	loop_write control give_up
	check 'write data lost: the controller can go' disconnect_all
	reap 100 "$writer" > /dev/null 2>&1
	check 'write data lost: the books are even when it comes at last' wait_for 30 loop_idle
	is 'write data lost: no warning' "$(klog_count 'WARNING:|BUG:|Call Trace')" 0
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
	loop_write target-1/enable 0 60 &
	remover=$!
	check 'Disconnect lost: it is aborted' wait_for 30 struck_at_least 1 1
	check 'Disconnect lost: as long as the port is there, its buffer is mapped' mapped_or_gone
	check 'Disconnect lost: the port goes in the end' wait_for 30 loop_is_gone target-1
	reap 30 "$remover"
	is 'Disconnect lost: nothing is mapped any more' "$(loop_book mappings 4)" 0
	check 'Disconnect lost: the log says so' klog_has 'lost.*port 0x' 5
	loop_write control give_up
	check 'Disconnect lost: it may end later' wait_for 10 loop_idle
	is 'Disconnect lost: no warning' "$(klog_count 'WARNING:|BUG:|Call Trace')" 0
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

# One host that asks for associations and never connects.
rejected() {
	awk '$1 == "answers" { print $6 }' "$LOOPBACK/target-1/answers"
}
too_many_associations() {
	loop_ready 1
	klog_mark
	request="host=0xfeed hex=$(ls_create_association "$SUBSYS")"
	before=$(answers target-1)
	for ((n = 0; n < 128; n++)); do
		echo "$request" > "$LOOPBACK/target-1/inject_ls"
	done
	check 'too many associations: 128 are answered' wait_for 30 answered_after target-1 "$((before + 127))"
	is 'too many associations: none of them is rejected' "$(rejected)" 0
	check 'too many associations: one more is answered' inject target-1 ls "$request"
	is 'too many associations: it is rejected' "$(rejected)" 1
	is 'too many associations: 43/00' "$(answer_hex | cut -c67-70)" 4300
	check 'too many associations: the log names port and number' klog_has '128 associations.*port 0x' 5
	check 'too many associations: another host is served' inject target-1 ls "host=0xfeee hex=$(ls_create_association "$SUBSYS")"
	is 'too many associations: another host is accepted' "$(answer_hex | cut -c1-8)" 02000000
	check 'too many associations: the host logs out' loop_write target-1/control invalidate=0xfeed
	check 'too many associations: and may come again' inject target-1 ls "$request"
	is 'too many associations: the new one is accepted' "$(answer_hex | cut -c1-8)" 02000000
	is 'too many associations: no warning' "$(klog_count 'WARNING:|BUG:|Call Trace')" 0
	loop_clear 1
}

! wanted 'write data lost' || write_data_lost
! wanted 'Disconnect kept' || disconnect_kept
! wanted 'Disconnect lost' || disconnect_lost
! wanted '32 MiB at once' || too_much_at_once
! wanted 'too many associations' || too_many_associations
default_timeouts
short_done
loop_teardown
done_testing
