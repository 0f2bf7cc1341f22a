#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where a host's things begin and end: what a port's LLDD still finds when it is
# told that the port is gone, a controller that is reset before it is ready, a
# template that is not good enough, limits that come and go.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

loop_load

offences() {
	grep '^offence' "$LOOPBACK/books"
}

no_offence() {
	! offences
}

port_life() {
	[[ $(cat "$LOOPBACK/$1/enable") == "0 $2" ]]
}

# A template that lacks something is refused, and the log says what.
refused() {
	mkdir "$LOOPBACK/local-bad"
	klog_mark
	loop_write local-bad/config "wwnn=0x10001100aa000099 wwpn=0x20001100aa000099 $1"
	check "a template with $1 is refused" not loop_write local-bad/enable 1
	check "a template with $1: the log names $2" klog_has "register local port nn-0x10001100aa000099:pn-0x20001100aa000099: .*$2"
	rmdir "$LOOPBACK/local-bad"
}
refused queues=0 max_hw_queues
refused segments=0 max_sgl_segments
refused boundary=0 dma_boundary

# What a host's link service has mapped is unmapped when its port's LLDD hears
# that the port is gone, be that service the last user.
check 'ports with a device' loop_ready 1 'device=bounce' ''
connected
check 'sent LS: its Disconnect is held' loop_fault 'on=host.ls_req code=5 do=hold'
check 'sent LS: disconnect' disconnect "$SUBSYS"
check 'sent LS: the port goes' loop_write local-1/enable 0
check 'sent LS: it keeps the port' port_life local-1 draining
debugfs_mount
is 'sent LS: its delete callback is due' "$(field delete_callback "$(record_of "$DEBUGFS/nvme_fc/ports" kind=localport)")" due
check 'sent LS: the path goes, and it is aborted' loop_write remote-1-1/enable 0
check 'sent LS: the port is gone' wait_for 10 port_life local-1 gone
check 'sent LS: no mapping is left then' no_offence
loop_faults_clear
loop_clear 1
check 'sent LS: all is given back' wait_for 20 loop_balanced
loop_write books reset

# The host gives an answer up that its LLDD still has 2 s after the path is gone, with its mapping, and says so: a
# machine that was slower than that shows nothing, and the trial is made again.
received_ls() {
	check 'ports with a device, again' loop_ready 1 'device=bounce' ''
	connected
	klog_mark
	check 'received LS: the answer is held' loop_fault 'on=host.xmt_ls_rsp code=5 do=hold'
	port_unlink 1 "$SUBSYS"
	check 'received LS: the target disconnects' wait_for 10 struck_at_least 0 1
	check 'received LS: the path goes' loop_write remote-1-1/enable 0
	check 'received LS: the port goes' loop_write local-1/enable 0
	port_life local-1 draining && kept=1 || kept=0
	check 'received LS: the answer is out' loop_write control release
	check 'received LS: the port is gone' wait_for 10 port_life local-1 gone
	# What was logged until here is in the file.
	klog_caught_up
	klog_has_now 'lost an LS response' || return 0
	loop_clear 1
	check 'received LS: all is given back, too late' wait_for 20 loop_balanced
	loop_write books reset
	return 1
}
kept=0
for _ in 1 2 3 4 5; do
	! received_ls || break
	note 'received LS: the host had given the answer up, again'
done
is 'received LS: it keeps the port' "$kept" 1
check 'received LS: no mapping is left then' no_offence
loop_clear 1
check 'received LS: all is given back' wait_for 20 loop_balanced
loop_write books reset

# A Disconnect that the target rejects: nobody waits for the answer, but the log
# has it, with the reason.
loop_ready 1
klog_mark
connected
loop_fault 'on=host.ls_done code=5 nth=1 reject=0x42/0x40'
check 'Disconnect rejected: disconnect' disconnect "$SUBSYS"
check 'Disconnect rejected: the log says why' klog_has 'Disconnect Association LS rejected: .*\(0x42\).*\(0x40\)'
loop_faults_clear

# The target takes fewer commands for a while.
max_queue_size() {
	port_unlink 1 "$SUBSYS"
	echo "$1" > "$NVMET/ports/1/param_max_queue_size" && port_link 1 "$SUBSYS"
}
entries_are() {
	ctrl_is "$CTRL" live && [[ $(ctrl_attr "$CTRL" sqsize) == $(($1 - 1)) ]]
}
check 'queue size: 128 at the target' max_queue_size 128
connected --queue-size=128
check 'queue size: 128' wait_for 10 entries_are 128
check 'queue size: 32 at the target' max_queue_size 32
check 'queue size: 32 after the reconnect' wait_for 40 entries_are 32
check 'queue size: 128 at the target again' max_queue_size 128
c_defect host 'the queue size only shrinks (W26)'
check 'queue size: 128 after the reconnect' wait_for 40 entries_are 128
check 'queue size: data' wait_for 40 all_well
check 'queue size: disconnect' disconnect "$SUBSYS"

# A user who resets controllers as soon as their file is there.
if [[ ${E2E_HOST:-rust} == rust ]]; then
	klog_mark
	: > /tmp/resets
	while [[ -e /tmp/resets ]]; do
		for dir in /sys/class/nvme/nvme*; do
			# Later ones are other tests' business, and may come while
			# namespaces are added, of which the block layer warns.
			state=
			{ read -r state < "$dir/state"; } 2> /dev/null
			[[ $state == new ]] || continue
			{ echo 1 > "$dir/reset_controller"; } 2> /dev/null
			echo >> /tmp/resets
		done
	done &
	resetter=$!
	# Nothing can hold a controller that is new: it goes on until some were met, and says so if none was.
	failed=0 least=$(often 40 10)
	for ((n = 0; n < least || (n < 20 * least && $(wc -l < /tmp/resets) == 0); n++)); do
		connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=30 > /dev/null || failed=$((failed + 1))
		disconnect_all || break
	done
	note "resets that were taken: $(wc -l < /tmp/resets), in $n connects"
	if [[ -s /tmp/resets ]]; then
		pass 'reset at once: some met a controller that was not ready'
	else
		skip 'reset at once: some met a controller that was not ready' "none of $n was slow enough"
	fi
	rm /tmp/resets
	check 'reset at once: the resetter ends' reap 20 "$resetter"
	is 'reset at once: every connect was taken' "$failed" 0
	is 'reset at once: no state was missed' "$(klog_count 'failed to init ctrl state|change state to CONNECTING')" 0
	is 'reset at once: no warning' "$(klog_count 'WARNING:|BUG:|Call Trace|Oops')" 0
fi
loop_teardown
done_testing
