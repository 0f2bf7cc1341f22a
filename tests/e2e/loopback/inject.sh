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

# A whole life by hand.
check 'Create Association: answered' inject target-1 ls "host=0xfeed hex=$(ls_create_association "$SUBSYS")"
accept=$(answer_hex)
is 'Create Association: accepted, 56 bytes' "${accept:0:8} ${#accept}" '02000000 112'
association=${accept:64:16}
is 'Create Association: the admin connection has the same number' "${accept:96:16}" "$association"
check 'Create Connection: answered' inject target-1 ls "host=0xfeed hex=$(ls_create_connection "$association" 1)"
is 'Create Connection: accepted' "$(answer_hex | cut -c1-8)" 02000000
# Property Get of CAP, before Connect: an error, in an extended response.
check 'a command: answered' inject target-1 cmd "hex=$(command_iu "$association" 0 0 7f00010004000000)"
is 'a command: extended response' "$(answer_hex | wc -c)" 65
check 'a command for nobody: not accepted' inject target-1 cmd "hex=$(command_iu 1234567812345678 0 0 7f00020004000000)"
is 'a command for nobody: -ENOTCONN' "$(answer_status)" -107
check 'a command of 95 bytes: not accepted' inject target-1 cmd "hex=$(command_iu "$association" 0 0 7f00030004000000 | cut -c1-190)"
is 'a command of 95 bytes: -EIO' "$(answer_status)" -5
check 'Disconnect: answered' inject target-1 ls "host=0xfeed hex=$(ls_disconnect "$association")"
is 'Disconnect: accepted' "$(answer_hex | cut -c1-8)" 02000000

# What is to be rejected.
rejected() {
	local port=$1 name=$2 frame=$3 reason=${4:-}
	check "$name: answered" inject "$port" ls "host=0xfeed hex=$frame"
	is "$name: rejected" "$(answer_hex | cut -c1-8)" 01000000
	[[ ! $reason ]] || is "$name: reason" "$(answer_hex | cut -c67-68)" "$reason"
}
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

# Thousands, seeded. What they open is closed by the host's logout.
klog_mark
mutate() {
	check "$MUTATIONS mutations of $2: all injected" loop_write "$1" "$3 mutate=$MUTATIONS seed=$4" 200
	check "$2: every one has ended" wait_for 60 loop_idle_but_one
	check "$2: the host's logout ends the rest" bash -c "echo invalidate=$5 > $LOOPBACK/target-1/control || [[ $5 == 0xbad ]]"
}
# The controller's asynchronous event request stays open.
loop_idle_but_one() {
	[[ $(loop_book host_received_ls 4) == 0 && $(loop_book target_received_ls 4) == 0 && $(loop_book ls_exchanges 4) == 0 ]] &&
		[[ $(loop_book exchanges 4) -le 1 ]]
}
check 'an association for the mutations' inject target-1 ls "host=0xfeee hex=$(ls_create_association "$SUBSYS")"
association=$(answer_hex | cut -c65-80)
mutate target-1/inject_ls 'Create Association' "host=0xfeed hex=$(ls_create_association "$SUBSYS")" 1 0xfeed
mutate target-1/inject_ls 'Create Connection' "host=0xfeee hex=$(ls_create_connection "$association" 1)" 2 0xbad
mutate target-1/inject_ls 'Disconnect' "host=0xfeef hex=$(ls_disconnect "$association")" 3 0xfeef
mutate remote-1-1/inject_ls 'Disconnect, to the host' "hex=$(ls_disconnect "$association")" 4 0xbad
check 'an association for the commands' inject target-1 ls "host=0xfed0 hex=$(ls_create_association "$SUBSYS")"
association=$(answer_hex | cut -c65-80)
mutate target-1/inject_cmd 'a command' "hex=$(command_iu "$association" 0 0 7f00010004000000)" 5 0xfed0
log_lines=$(klog_since | wc -l)
check "the log stayed readable ($log_lines lines)" test "$log_lines" -lt "$((MUTATIONS * 5))"
is 'no warning' "$(klog_count 'WARNING:|BUG:|Call Trace')" 0
check 'the controller is well' wait_for 45 all_well
loop_teardown
done_testing
