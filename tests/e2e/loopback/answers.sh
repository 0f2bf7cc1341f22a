#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Answers that no target gave, rejects with any field changed, responses with
# fields that do not matter or that end the command; READDATA_RSP going wrong;
# queues refused; and everything at once, by chance.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"
. "$E2E/lib/loopback-trial.sh"

LS='on=host.ls_done code=3 nth=1'
DONE='on=host.fcp_done code=2 nth=1'
loop_load
loop_ready 1

# Link services: what another target, or none, might say.
other=$(printf '02000000%08x%08x%08x0300000000000000%08x%08x%s%08x%08x%s' 48 1 8 7 8 "00aa00aa00aa0000" 8 8 "00aa00aa00aa0000")
connect_trial 'an association that no target has' - "on=host.ls_req code=3 nth=1 answer=$other"
connect_trial 'an answer of one byte' 'LS failed' 'on=host.ls_req code=3 nth=1 answer=02'
connect_trial 'an answer of zeros' 'Not LS_ACC' "on=host.ls_req code=3 nth=1 answer=$(zeros 56)"
for change in field=rjt.tag:8 field=rjt.len:9 field=rjt.reason:0 field=rjt.explanation:0xff field=rjt.vendor:0xff \
	field=acc.rqst_cmd:4 field=ls.list_len:0 length=20 length=39 length=1; do
	connect_trial "reject: $change" 'LS rejected' "$LS reject=0x09/0x40 $change"
done
for index in 1 2; do
	connect_trial "queue $index is refused" - "on=host.create_queue nth=$index errno=-12"
done

# Commands.
short_timeouts 3
connected --keep-alive-tmo=30
trial 'a short response is not read' read ok - "$DONE set=0:ffffffffffffffffffffffff"
ERSP="$DONE length=32 field=ersp.iu_len:8 field=ersp.xfrd_len:4096"
trial 'ERSP: of another command' read ok 'bad NVMe_ERSP' "$ERSP set=28:ffff"
trial 'every third is refused' read any - 'on=host.fcp_io code=2 every=3 count=4 errno=-5'
trial 'on one queue only' read any - 'on=host.fcp_done queue=1 code=2 count=2 status=-5' 2> /dev/null
check 'disconnect' disconnect "$SUBSYS"
check 'books' wait_for 30 loop_idle
port_remove 1
check 'the ports go' loop_down

# The last data and the response in one operation.
check 'READDATA_RSP: ports' loop_ready 1 '' read_rsp
connected --keep-alive-tmo=30
RESPONSE='on=target.readdata_rsp code=2 nth=1'
for errno in -16 -6 -5; do
	trial "READDATA_RSP: errno $errno" read any - "$RESPONSE errno=$errno"
done
trial 'READDATA_RSP: error' read any - "$RESPONSE status=6"
trial 'READDATA_RSP: short' read any - "$RESPONSE transferred=-512"
trial 'READDATA_RSP: says more' read any - "$RESPONSE transferred=512"
trial 'READDATA_RSP: after 1 s' read ok - "$RESPONSE delay=1000000"
trial 'READDATA_RSP: inline' read ok - "$RESPONSE place=inline"
trial 'READDATA_RSP: hard IRQ' read ok - "$RESPONSE place=irq"
trial 'READDATA_RSP: kept back' read ok 'io timeout' "$RESPONSE do=hold"
trial 'READDATA_RSP: the response changed' read any - "$RESPONSE length=32 set=4:ffffffff"

any_struck() {
	awk '{ n += $4 } END { print n " operations struck"; exit n == 0 }' "$LOOPBACK/faults"
}

# A little of everything, by chance, under I/O that may fail but not lie.
storm() {
	local seed=$1 end rule
	loop_faults_clear
	for rule in 'host.fcp_io errno=-16' 'host.fcp_io errno=-5' 'host.fcp_done status=-5' 'host.fcp_done delay=20000' \
		'host.fcp_done transferred=-512' 'target.rcv_fcp do=lose' 'target.readdata_rsp errno=-5' \
		'target.writedata status=6' 'target.rsp errno=-16' 'host.ls_req errno=-5' 'host.ls_done delay=300000' \
		'target.rcv_ls errno=-12' 'target.xmt_ls_rsp errno=-5' 'host.fcp_abort delay=100000'; do
		loop_fault "on=${rule/ / chance=20000 seed=$seed }" || return
		seed=$((seed + 1))
	done
	end=$((SECONDS + 30))
	while ((SECONDS < end)) || ! any_struck > /dev/null; do
		read_once 60 > /dev/null 2>&1 || true
		write_once 60 > /dev/null 2>&1 || true
	done
	any_struck
	loop_faults_clear
	loop_write control give_up
}
for seed in 100 200 300; do
	klog_mark
	check_show "storm $seed" storm "$seed"
	check "storm $seed: all is well afterwards" wait_for 60 all_well
	check_show "storm $seed: data" fio_verify "$DISK" 4k 1m
	klog_quiet "storm $seed: no warning"
done
default_timeouts
loop_teardown
done_testing
