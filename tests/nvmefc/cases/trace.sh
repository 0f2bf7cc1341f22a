# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# nvmefc trace: events as trace_pipe and trace-cmd print them, in sentences.

line trace '# tracer: nop' \
	"           nvme-512     [000] .....   101.000001: nvme_fc_port: change=register localport=0 remoteport=3 host_traddr=$HOST1 traddr=$TARGET1 port_id=0x000002 dev_loss_tmo=60" \
	"           nvme-512     [001] d..1.   102.500000: nvme_fc_ls_done: ls='Create Association' localport=0 remoteport=3 host_wwpn=0x20001100aa000001 wwpn=0x20001100ab000001 error=0 answer=Reject reason='invalid host' explanation='no explanation' exchange=00000000c0ffee00" \
	'  kworker/u8:1-77 [001] 103.000000: nvme_fc_recovery: step=reconnect controller=nvme0 status=-110 attempt=2 max_attempts=30 delay=2 qid=-1 cmdid=0 opcode=0x00 cause=no answer: look at the "fabric" a=b' \
	"           fio-99      [001] .....   103.500000: nvme_fc_cmd_issue: controller=nvme0 qid=1 cmdid=7 opcode='Read' fctype=0 nsid=0x1 direction=read length=4096 csn=9" \
	'  kworker/u8:1-77 [001] 104.000000: nvme_fc_new_event: what=ever' 'CPU 1 is empty'
nvmefc trace -i "$FIXTURE/trace"
ends 'trace: of a file' 0
says 'trace: sentences' "101.000001  remote port 3 of local port 0 ($TARGET1) is registered, id 0x000002" \
	'102.500000  Create Association of local port 0 to remote port 3: reject, invalid host (no explanation)' \
	'nvme0: attempt 2 of 30 in 2 s: no answer: look at the "fabric" a=b' 'nvme0 queue 1: Read 7 sent, read 4096 bytes, CSN 9' 'nvme_fc_new_event what=ever'
is 'trace: a line for each event' "$(wc -l <<<"$said")" 5
nvmefc -o json trace -i "$FIXTURE/trace"
said=$(sed -n 2p <<<"$said")
json_is 'trace as JSON: an object a line' "d['event'] == 'nvme_fc_ls_done' and d['fields']['reason'] == 'invalid host' and d['time'] == 102.5"
nvmefc trace 1
ends 'trace: no events here' 3
nvmefc trace x
ends 'trace: no such argument' 3
