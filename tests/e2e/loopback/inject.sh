#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Raw frames: link services and commands from hosts that do not exist, link
# services from a target that does not know of them, and thousands of mutations
# of valid ones. Both transports answer what has an answer, and live on.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"
. "$E2E/lib/loopback-trial.sh"

MUTATIONS=${LOOPBACK_MUTATIONS:-$(often 3000 500)}
# shellcheck disable=SC2034 # what the library left there
ANSWER=
loop_load
loop_ready 1
connected --keep-alive-tmo=30

# The controller's asynchronous event request stays open.
loop_idle_but_one() {
	[[ $(loop_book host_received_ls 4) == 0 && $(loop_book target_received_ls 4) == 0 && $(loop_book ls_exchanges 4) == 0 ]] &&
		[[ $(loop_book exchanges 4) -le 1 ]]
}
# rejected PORT NAME FRAME [REASON]: it is answered, with a reject.
rejected() {
	local port=$1 name=$2 frame=$3 reason=${4:-}
	check "$name: answered" inject "$port" ls "host=0xfeed hex=$frame"
	is "$name: rejected" "$(answer_hex | cut -c1-8)" 01000000
	[[ ! $reason ]] || is "$name: reason" "$(answer_hex | cut -c67-68)" "$reason"
}

# Two more answers than there were: answered_twice BEFORE
answered_twice() {
	[[ $(answers target-1) -ge $(($1 + 2)) ]]
}

# A whole life by hand.
check 'Create Association: answered' inject target-1 ls "host=0xfeed hex=$(ls_create_association "$SUBSYS")"
accept=$(answer_hex)
is 'Create Association: accepted, 56 bytes' "${accept:0:8} ${#accept}" '02000000 112'
association=${accept:64:16}
is 'Create Association: the admin connection has the same number' "${accept:96:16}" "$association"
rejected target-1 'review_target_s1: Create Connection before Connect' "$(ls_create_connection "$association" 1)" 03
check 'Connect' connect_by_hand target-1 "$association" "$SUBSYS"
check 'Create Connection: answered' inject target-1 ls "host=0xfeed hex=$(ls_create_connection "$association" 1)"
is 'Create Connection: accepted' "$(answer_hex | cut -c1-8)" 02000000
for queue in 0 1 129 65535; do
	rejected target-1 "Create Connection for queue $queue, which is none, taken or too high" "$(ls_create_connection "$association" "$queue")" 42
done
check "another host's Disconnect: answered" inject target-1 ls "host=0xbeef hex=$(ls_disconnect "$association")"
is "another host's Disconnect: rejected" "$(answer_hex | cut -c1-8) $(answer_hex | cut -c67-68)" '01000000 40'
# Property Get of CAP without the flags of its data: an error, in an extended response.
check 'a command: answered' inject target-1 cmd "hex=$(command_iu "$association" 0 0 7f00010004000000)"
is 'a command: extended response' "$(answer_hex | wc -c)" 65
check 'a command for nobody: not accepted' inject target-1 cmd "hex=$(command_iu 1234567812345678 0 0 7f00020004000000)"
is 'a command for nobody: -ENOTCONN' "$(answer_status)" -107
# A connection's number is all that keeps other hosts off it.
klog_mark
check 'review_target_m8: a command for a queue that is not there: not accepted' inject target-1 cmd "hex=$(command_iu "${association:0:12}0005" 0 0 7f00020004000000)"
check 'review_target_m8: the log says so' klog_has 'command refused'
is 'review_target_m8: and does not give the association away' "$(klog_count "${association:0:12}")" 0
check 'a command of 95 bytes: not accepted' inject target-1 cmd "hex=$(command_iu "$association" 0 0 7f00030004000000 | cut -c1-190)"
is 'a command of 95 bytes: -EIO' "$(answer_status)" -5
check 'Disconnect: answered' inject target-1 ls "host=0xfeed hex=$(ls_disconnect "$association")"
is 'Disconnect: accepted' "$(answer_hex | cut -c1-8)" 02000000

# What is to be rejected.
rejected target-1 'Disconnect of nothing' "$(ls_disconnect 0102030405060708)" 40
rejected target-1 'Create Connection to nothing' "$(ls_create_connection 0102030405060708 1)" 40
rejected target-1 'unknown link service' "09000000$(zeros 44)" 01
rejected target-1 'Create Association cut short' "$(ls_create_association "$SUBSYS" | cut -c1-1000)"
rejected target-1 'Create Association: ratio 0' "$(ls_create_association "$SUBSYS" 0)"
rejected remote-1-1 'to the host: Disconnect of nothing' "$(ls_disconnect 0102030405060708)" 40
rejected remote-1-1 'to the host: Create Association' "$(ls_create_association "$SUBSYS")" 03
rejected remote-1-1 'to the host: unknown link service' "09000000$(zeros 44)" 01
check '1025 bytes: not accepted' inject target-1 ls "hex=$(zeros 1025)"
is '1025 bytes: -E2BIG' "$(answer_status)" -7
check 'to the host, 1025 bytes: not accepted' inject remote-1-1 ls "hex=$(zeros 1025)"
is 'to the host, 1025 bytes: -E2BIG' "$(answer_status)" -7

# An association that cannot end, because a response is kept back and its abort
# ignored: the Disconnect is answered when it ends after all, a second one finds
# no association any more.
check 'two Disconnects: association' inject target-1 ls "host=0xfeed hex=$(ls_create_association "$SUBSYS")"
association=$(answer_hex | cut -c65-80)
check 'two Disconnects: rules' loop_fault "on=target.rsp code=0x104 nth=1 do=hold"
check 'two Disconnects: rules' loop_fault 'on=target.fcp_abort do=ignore'
check 'two Disconnects: a command' loop_write target-1/inject_cmd "hex=$(command_iu "$association" 0 0 7f00010004000000)"
check 'two Disconnects: its response is kept back' wait_for 10 struck_at_least 0 1
before=$(answers target-1)
check 'two Disconnects: the first' loop_write target-1/inject_ls "host=0xfeed hex=$(ls_disconnect "$association")"
check 'two Disconnects: the second' inject target-1 ls "host=0xfeed hex=$(ls_disconnect "$association")"
is 'two Disconnects: the first is not answered yet' "$(answers target-1)" "$((before + 1))"
is 'two Disconnects: the second finds no association' "$(answer_hex | cut -c1-8) $(answer_hex | cut -c67-68)" '01000000 40'
loop_faults_clear
before=$(answers target-1)
check 'two Disconnects: the response goes out' loop_write control release
check 'two Disconnects: the first is answered' wait_for 30 answered_twice "$before"
is 'two Disconnects: and accepted' "$(tail -n 2 "$LOOPBACK/target-1/answers" | grep -c 'hex=02000000')" 1

# How many a side keeps unanswered: the host 64, the target 256.
unanswered() {
	local port=$1 kind=$2 limit=$3 frame=$4 n
	loop_faults_clear
	check "$limit unanswered at the $kind: rule" loop_fault "on=$kind.xmt_ls_rsp code=5 do=hold"
	for ((n = 0; n < limit; n++)); do
		# 64 of one host at most.
		printf 'host=0x%x hex=%s\n' $((0xfeed + n % 4)) "$frame" > "$LOOPBACK/$port/inject_ls" || break
	done
	check "$limit unanswered at the $kind: all taken" wait_for 20 struck_at_least 0 "$limit"
	check "$limit unanswered at the $kind: one more" inject "$port" ls "host=0xfeed hex=$frame"
	check "$limit unanswered at the $kind: is not taken" test "$(answer_status)" -lt 0
	note "status $(answer_status)"
	loop_faults_clear
	check "$limit unanswered at the $kind: released" loop_write control release
	check "$limit unanswered at the $kind: the books" wait_for 20 loop_idle_but_one
	check "$limit unanswered at the $kind: and on it goes" inject "$port" ls "host=0xfeed hex=$frame"
	is "$limit unanswered at the $kind: with an answer" "$(answer_hex | cut -c1-8)" 01000000
}
unanswered remote-1-1 host 64 "$(ls_disconnect 0102030405060708)"
unanswered target-1 target 256 "$(ls_disconnect 0102030405060708)"

# Thousands, seeded. What they open is closed by the host's logout.
since=$SECONDS
klog_mark
mutate() {
	check "$MUTATIONS mutations of $2: all injected" loop_write "$1" "$3 mutate=$MUTATIONS seed=$4" 200
	check "$2: every one has ended" wait_for 60 loop_idle_but_one
	check "$2: the host's logout ends the rest" bash -c "echo invalidate=$5 > $LOOPBACK/target-1/control || [[ $5 == 0xbad ]]"
}
check 'an association for the mutations' inject target-1 ls "host=0xfeee hex=$(ls_create_association "$SUBSYS")"
association=$(answer_hex | cut -c65-80)
check 'its Connect' connect_by_hand target-1 "$association" "$SUBSYS"
mutate target-1/inject_ls 'Create Association' "host=0xfeed hex=$(ls_create_association "$SUBSYS")" 1 0xfeed
mutate target-1/inject_ls 'Create Connection' "host=0xfeee hex=$(ls_create_connection "$association" 1)" 2 0xbad
mutate target-1/inject_ls 'Disconnect' "host=0xfeef hex=$(ls_disconnect "$association")" 3 0xfeef
mutate remote-1-1/inject_ls 'Disconnect, to the host' "hex=$(ls_disconnect "$association")" 4 0xbad
check 'an association for the commands' inject target-1 ls "host=0xfed0 hex=$(ls_create_association "$SUBSYS")"
association=$(answer_hex | cut -c65-80)
mutate target-1/inject_cmd 'a command' "hex=$(command_iu "$association" 0 0 7f00010004000000)" 5 0xfed0
log_lines=$(klog_since | wc -l)
seconds=$((SECONDS - since + 1))
# Each call site prints 10 lines in 5 seconds at most; there are about thirty that a frame can reach.
limit=$((300 * (seconds / 5 + 2)))
check "the log stayed readable ($log_lines of $limit lines in $seconds s)" test "$log_lines" -lt "$limit"
klog_quiet 'no warning'
check 'the controller is well' wait_for 45 all_well
loop_teardown
done_testing
