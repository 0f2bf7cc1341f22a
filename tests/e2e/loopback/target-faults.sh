#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What can happen to a target's operations: refused, failed, short, late, kept
# back until an abort, reported from hard IRQ. Each command ends, on both sides.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

short_form 'RSP: errno -5
WRITEDATA: error
READDATA: hard IRQ
RSP: hard IRQ
RSP: kept back
command refused
writedata kept back at disconnect'
loop_load
short_timeouts 3
loop_ready 1
connected --keep-alive-tmo=30

for errno in -16 -6 -5; do
	trial "READDATA: errno $errno" read any - "on=target.readdata code=2 nth=1 errno=$errno"
	trial "WRITEDATA: errno $errno" write any - "on=target.writedata code=1 nth=1 errno=$errno"
	trial "RSP: errno $errno" read any - "on=target.rsp code=2 nth=1 errno=$errno"
done
trial 'READDATA: error' read any - 'on=target.readdata code=2 nth=1 status=6'
trial 'WRITEDATA: error' write any - 'on=target.writedata code=1 nth=1 status=6'
trial 'RSP: error' read any - 'on=target.rsp code=2 nth=1 status=6'
trial 'READDATA: short' read any - 'on=target.readdata code=2 nth=1 transferred=-512'
trial 'WRITEDATA: short' write any - 'on=target.writedata code=1 nth=1 transferred=-512'
trial 'READDATA: says more' read any - 'on=target.readdata code=2 nth=1 transferred=512'
trial 'READDATA: after 1 s' read ok - 'on=target.readdata code=2 nth=1 delay=1000000'
trial 'WRITEDATA: after 1 s' write ok - 'on=target.writedata code=1 nth=1 delay=1000000'
trial 'READDATA: hard IRQ' read ok - 'on=target.readdata code=2 nth=1 place=irq'
trial 'RSP: hard IRQ' read ok - 'on=target.rsp code=2 nth=1 place=irq'
trial 'RSP: after 1 s' read ok - 'on=target.rsp code=2 nth=1 delay=1000000'
trial 'RSP: the response changed' read any - 'on=target.rsp code=2 nth=1 length=32 set=4:ffffffff'
trial 'READDATA: kept back' read ok 'io timeout' 'on=target.readdata code=2 nth=1 do=hold'
trial 'WRITEDATA: kept back' write ok 'io timeout' 'on=target.writedata code=1 nth=1 do=hold'
trial 'RSP: kept back' read ok 'io timeout' 'on=target.rsp code=2 nth=1 do=hold'
trial 'command refused' read any - 'on=target.rcv_fcp code=2 nth=1 errno=-5'
trial 'command lost before the target' read ok 'io timeout' 'on=target.rcv_fcp code=2 nth=1 do=lose'

# Kept back while the association goes: the target aborts, and ends.
for op in readdata writedata rsp; do
	wanted "$op kept back at disconnect" || continue
	loop_faults_clear
	code=2
	what='read'
	[[ $op != writedata ]] || { code=1; what='write'; }
	check "$op kept back at disconnect: rule" loop_fault "on=target.$op code=$code nth=1 do=hold"
	"${what}_once" 90 > /dev/null 2>&1 &
	pid=$!
	check "$op kept back at disconnect: it struck" wait_for 10 struck_at_least 0 1
	check "$op kept back at disconnect: disconnect" disconnect "$SUBSYS"
	loop_faults_clear
	reap 60 "$pid" > /dev/null 2>&1
	check "$op kept back at disconnect: the books are even" wait_for 30 loop_idle
	connected --keep-alive-tmo=30
done
default_timeouts
short_done
loop_teardown
done_testing
