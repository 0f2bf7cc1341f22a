#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What can happen to link services: refused, lost, late, cut short, rejected,
# answered with any field changed, their answers lost or failed. Each time the
# host becomes live on a later attempt, and nothing is left of the first.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

short_form 'completed in hard IRQ
association rejected 0x03/0
association accept: acc.id1_tag:6
answer fails, its exchange is freed
answer reported sent in hard IRQ
request lost
host: Disconnect late
target: Disconnect ends with an error
host: its answer fails, its exchange is freed'
ASSOCIATION='on=host.ls_done code=3 nth=1'
CONNECTION='on=host.ls_done code=4 nth=1'
loop_load
loop_ready 1

connect_trial 'ls_req: -EIO' - 'on=host.ls_req code=3 nth=1 errno=-5'
connect_trial 'ls_req: -EIO for a connection' - 'on=host.ls_req code=4 nth=1 errno=-5'
connect_trial 'completed with -ETIMEDOUT' - "$ASSOCIATION status=-110"
connect_trial 'completed after 2 s' - "$ASSOCIATION delay=2000000"
connect_trial 'completed inline' - 'on=host.ls_req code=3 nth=1 reject=9/0 place=inline'
connect_trial 'completed in hard IRQ' - "$ASSOCIATION place=irq delay=1000"
for reason in 0x01/0 0x03/0 0x05/0 0x07/0 0x09/0 0x0b/0 0x40/0 0x41/0 0x42/0x44 0xff/0; do
	connect_trial "association rejected $reason" - "$ASSOCIATION reject=$reason"
done
connect_trial 'connection rejected' - "$CONNECTION reject=0x40/0"

# Each check of the host, one value off.
accept() {
	connect_trial "association accept: $1" "$2" "$ASSOCIATION field=$1"
}
accept ls.cmd:0 'Not LS_ACC'
accept ls.list_len:47 'Bad CR_ASSOC ACC Length'
accept acc.rqst_tag:2 'Not LSDESC_RQST'
accept acc.rqst_len:9 'Bad LSDESC_RQST Length'
accept acc.rqst_cmd:4 'Not CR_ASSOC Rqst'
accept acc.id1_tag:6 'Not Association ID'
accept acc.id1_len:7 'Bad Association ID Length'
accept acc.id2_tag:7 'Not Connection ID'
accept acc.id2_len:9 'Bad Connection ID Length'
connect_trial 'association accept: cut short' 'LS failed' "$ASSOCIATION length=8"
connect_trial 'connection accept: id tag' 'Not Connection ID' "$CONNECTION field=acc.id1_tag:7"
connect_trial 'connection accept: command' 'Not LS_ACC' "$CONNECTION field=ls.cmd:5"

# The request is changed on its way, and the target rejects it.
connect_trial 'request cut short' 'LS failed|RJT|reject' 'on=host.ls_req code=3 nth=1 length=500'
connect_trial 'request: length field' 'LS failed' 'on=host.ls_req code=3 nth=1 field=ls.list_len:5'
connect_trial 'target refuses the LS' - 'on=target.rcv_ls code=3 nth=1 errno=-12'
connect_trial 'answer fails, its exchange is freed' - 'on=target.xmt_ls_rsp code=3 nth=1 errno=-5'
connect_trial 'answer reported sent after 2 s' - 'on=target.xmt_ls_rsp code=3 nth=1 delay=2000000'
connect_trial 'answer reported sent in hard IRQ' - 'on=target.xmt_ls_rsp code=3 nth=1 place=irq'

# A lost link service ends by the LLDD's timeout of 20 s.
connect_trial 'request lost' - 'on=host.ls_req code=3 nth=1 do=lose'
connect_trial 'answer lost' - 'on=target.xmt_ls_rsp code=4 nth=1 do=lose'

# Disconnects, in both directions.
disconnect_trial() {
	local name=$1
	shift
	wanted "$name" || return 0
	loop_faults_clear
	check "$name: connect" connect "$SUBSYS" 1
	check "$name: rule" loop_fault "$@"
	check "$name: disconnect" disconnect "$SUBSYS"
	check "$name: it struck" wait_for 10 struck_at_least 0 1
	loop_faults_clear
	check "$name: the books are even" wait_for 45 loop_idle
}
disconnect_trial 'host: Disconnect fails' 'on=host.ls_req code=5 nth=1 errno=-5'
disconnect_trial 'host: Disconnect rejected' 'on=host.ls_done code=5 nth=1 reject=3/0'
disconnect_trial 'host: Disconnect late' 'on=host.ls_done code=5 nth=1 delay=2000000'
disconnect_trial 'target: Disconnect fails' 'on=target.ls_req code=5 nth=1 errno=-5'
disconnect_trial 'target: Disconnect ends with an error' 'on=target.ls_req code=5 nth=1 status=-5'
disconnect_trial 'target: Disconnect rejected inline' 'on=target.ls_req code=5 nth=1 reject=3/0 place=inline'
disconnect_trial 'host answers late' 'on=host.xmt_ls_rsp code=5 nth=1 delay=1000000'
disconnect_trial 'host: its answer fails, its exchange is freed' 'on=host.xmt_ls_rsp code=5 nth=1 errno=-5'
disconnect_trial 'host refuses the LS' 'on=host.rcv_ls code=5 nth=1 errno=-12'
short_done
loop_teardown
done_testing
