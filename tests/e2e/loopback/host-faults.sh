#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What an adapter can do to a host's commands: errors on the way in, responses
# that are wrong in every field, lost commands, aborts that it takes its time
# for. The host notices, recovers, and no data is wrong.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

short_form 'fcp_io: -EIO
ERSP: result
completed in hard IRQ
answered inline, without a target
lost
completion held, then aborted
abort delay=2000000
abort ignored
completed twice
review_host_18'
READ='on=host.fcp_io code=2 nth=1'
DONE='on=host.fcp_done code=2 nth=1'
loop_load
short_timeouts 3
loop_ready 1
connected --keep-alive-tmo=30

trial 'fcp_io: -EBUSY' read ok - "$READ errno=-16"
trial 'fcp_io: -EBUSY five times' read ok - "$READ count=5 errno=-16"
trial 'fcp_io: -EIO' read ok 'resetting controller' "$READ errno=-5"
trial 'fcp_io: -ENOMEM by chance' read ok - 'on=host.fcp_io code=2 chance=500000 seed=7 count=3 errno=-12'
trial 'status -EIO' read ok 'resetting|error recovery|connectivity|transport error|association' "$DONE status=-5"
trial 'too short by 512' read ok 'bad transfer length|length' "$DONE transferred=-512"
trial 'too long by 512' read ok 'bad transfer length|length' "$DONE transferred=512"
trial 'response of 0 bytes, data complete' read ok - "$DONE length=0"
trial 'response of 20 bytes' read ok 'odd NVMe_xRSP iu len' "$DONE length=20"
trial 'response of 33 bytes' read ok 'odd NVMe_xRSP iu len' "$DONE length=33"
trial 'response of 65535 bytes' read ok 'odd NVMe_xRSP iu len' "$DONE length=65535"
trial 'ERSP: all zero' read ok 'bad NVMe_ERSP' "$DONE length=32"
trial 'ERSP: iu_len' read ok 'bad NVMe_ERSP' "$DONE length=32 field=ersp.iu_len:7 field=ersp.xfrd_len:4096"
trial 'ERSP: xfrd_len' read ok 'bad NVMe_ERSP' "$DONE length=32 field=ersp.iu_len:8 field=ersp.xfrd_len:4095"
trial 'ERSP: result' read ok 'bad NVMe_ERSP' "$DONE length=32 field=ersp.iu_len:8 field=ersp.xfrd_len:4096 field=ersp.result:1"
trial 'ERSP: command id' read ok 'bad NVMe_ERSP' "$DONE length=32 field=ersp.iu_len:8 field=ersp.xfrd_len:4096 field=cqe.command_id:0xffff"
trial 'completed after 1 s' read ok - "$DONE delay=1000000"
trial 'completed inline' read ok - "$DONE place=inline"
trial 'completed in hard IRQ' read ok - "$DONE place=irq delay=100"
trial 'answered inline, without a target' read ok 'bad transfer length' "$READ answer=000000000000000000000000 place=inline transferred=-1"
trial 'lost' read ok 'io timeout' "$READ do=lose"
trial 'completion held, then aborted' read ok 'io timeout' "$DONE do=hold"
trial 'lost write' write ok 'io timeout' 'on=host.fcp_io code=1 nth=1 do=lose'

# An abort that the adapter ignores, answers late, or within the call.
for abort in delay=2000000 place=inline; do
	wanted "abort $abort" || continue
	loop_faults_clear
	klog_mark
	loop_fault "$READ do=lose"
	check "abort $abort: rule" loop_fault "on=host.fcp_abort nth=1 $abort"
	check "abort $abort: the read is done in the end" read_once
	check "abort $abort: it struck" struck_at_least 1 1
	loop_faults_clear
	check "abort $abort: all is well afterwards" wait_for 45 all_well
done

# One that the adapter drops without a word: it is asked again, but not at once.
if wanted review_host_7; then
	loop_faults_clear
	klog_mark
	loop_fault "$READ do=lose"
	check 'review_host_7: rule' loop_fault 'on=host.fcp_abort nth=1 do=ignore'
	check 'review_host_7: the read is done in the end' read_once 60
	check 'review_host_7: it struck' struck_at_least 1 1
	check 'review_host_7: the adapter was asked again' klog_has 'did not end: LLDD asked to abort them again' 5
	loop_faults_clear
	check 'review_host_7: all is well afterwards' wait_for 45 all_well
fi

# An abort that is never acted on, until the adapter gives up: meanwhile the
# controller cannot recover, and then it does.
if wanted 'abort ignored'; then
	loop_faults_clear
	loop_fault "$READ do=lose"
	check 'abort ignored: rule' loop_fault 'on=host.fcp_abort do=ignore'
	read_once 90 > /dev/null 2>&1 &
	pid=$!
	check 'abort ignored: it struck' wait_for 20 struck_at_least 1 1
	# The first timeout aborts the command, the next one resets the controller.
	check 'abort ignored: the controller leaves live' wait_for 20 not ctrl_is "$CTRL" live
	check 'abort ignored: and cannot recover' holds_for 1 not ctrl_is "$CTRL" live
	loop_faults_clear
	check 'abort ignored: the adapter gives up' loop_write control give_up
	check 'abort ignored: the read is done in the end' reap 60 "$pid"
	check 'abort ignored: all is well afterwards' wait_for 45 all_well
fi

# A completion that comes when nobody waits for it any more.
if [[ ${E2E_HOST:-rust} == rust ]]; then
	trial 'completed twice' read any - "$DONE do=twice"
else
	skip 'completed twice' 'the C module completes the request twice, and the kernel with it'
fi

# A completion that the block layer swallows, to have the request time out: of a disk
# whose user asked for that, by a kernel that can. Once by the timeout; once by a
# reset, which comes long before it.
FAIL_TIMEOUT=/sys/kernel/debug/fail_io_timeout
fake_timeouts() {
	local disk
	echo 0 > $FAIL_TIMEOUT/verbose
	echo 100 > $FAIL_TIMEOUT/probability
	echo "$2" > $FAIL_TIMEOUT/times
	for disk in /sys/block/nvme*/io-timeout-fail; do
		echo "$1" > "$disk"
	done
}
time_never_runs_out() {
	local timeout
	for timeout in /sys/block/nvme*/queue/io_timeout; do
		echo 3600000 > "$timeout"
	done
}
all_faked() {
	[[ $(< $FAIL_TIMEOUT/times) == 0 ]]
}
if [[ ! -d $FAIL_TIMEOUT ]]; then
	! wanted review_host_18 || skip review_host_18 'the kernel lacks CONFIG_FAIL_IO_TIMEOUT'
elif wanted review_host_18; then
	for how in timeout reset; do
		name="review_host_18, $how"
		klog_mark
		fake_timeouts 1 1
		if [[ $how == reset ]]; then time_never_runs_out; fi
		read_once 90 > /dev/null 2>&1 &
		pid=$!
		check "$name: the completion is swallowed" wait_for 10 all_faked
		if [[ $how == reset ]]; then echo 1 > "/sys/class/nvme/$CTRL/reset_controller" & fi
		check "$name: the read is done all the same" reap 30 "$pid"
		[[ $how == reset ]] || check "$name: the log says so" klog_has 'io timeout' 10
		fake_timeouts 0 -1
		check "$name: all is well afterwards" wait_for 45 all_well
		klog_quiet "$name: no warning"
	done
fi
default_timeouts
short_done
loop_teardown
done_testing
