#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the patches of Documentation/upstream mend in nvmet, by way of a transport that
# does not keep it away: the C one, over the loopback LLDD. Without the patches the
# checks of the short read and of the late Connect fail, and what hangs stays. The C
# transport refuses no Connect, so the patch about that is seen to do no harm here.
# tests/check-upstream --guest runs it.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"
. "$E2E/lib/loopback-trial.sh"

# shellcheck disable=SC2034 # what the library left there
ANSWER=
FILE=/tmp/upstream-file

# A Read of a file that was cut short behind the namespace.
short_read() {
	truncate -s 16M "$FILE"
	namespace_add "$SUBSYS" 2 "$FILE"
	check 'short read: the namespace appears' wait_for 20 disk_ready "$SUBSYS" 2
	# shellcheck disable=SC2034 # for read_once
	DISK=$(disk_of "$SUBSYS" 2)
	check 'short read: a whole file is read' read_once
	truncate -s 0 "$FILE"
	check 'short read: what is not there is no success' not read_once
	namespace_remove "$SUBSYS" 2
	rm "$FILE"
}

# property_set CONNECTION OFFSET VALUE, 4 and 8 bytes, little-endian; event_request
# CONNECTION: their command IUs.
property_set() {
	command_iu "$1" 0 0 "7f40020000$(zeros 35)$(zeros 4)$2$3"
}
event_request() {
	command_iu "$1" 0 0 0c400300
}

# associate NAME: an association made by hand, in ASSOCIATION.
associate() {
	check "$1: Create Association" inject target-1 ls "host=0xfeed hex=$(ls_create_association "$SUBSYS")"
	ASSOCIATION=$(answer_hex | cut -c65-80)
}

# ends NAME: an association that is in use by an event request ends.
ends() {
	check "$1: it is enabled" inject target-1 cmd "hex=$(property_set "$ASSOCIATION" 14000000 0100460000000000)"
	check "$1: an event request" loop_write target-1/inject_cmd "hex=$(event_request "$ASSOCIATION")"
	[[ ! ${2:-} ]] || "$2" "$1"
	check "$1: Disconnect" loop_write target-1/inject_ls "host=0xfeed hex=$(ls_disconnect "$ASSOCIATION")"
	check "$1: the association ends" klog_has 'Association freed' 20
}

# A Connect that is refused by the transport, and then another: a queue that is larger
# than its connection. (The C transport takes it.)
connect_refused() {
	klog_mark
	associate 'Connect refused'
	connect_by_hand target-1 "$ASSOCIATION" "$SUBSYS" 63 ||
		check 'Connect refused: the next one' connect_by_hand target-1 "$ASSOCIATION" "$SUBSYS"
	ends 'Connect refused'
}

# A Connect with SQSIZE 0, of which the data comes when the queue is connected.
late_data() {
	loop_faults_clear
	check "$1: its data comes" loop_write control release
	check "$1: it is answered" wait_for 10 answered_after target-1 "$before"
}
connect_late() {
	local before
	klog_mark
	associate 'Connect late'
	check 'Connect late: rule' loop_fault 'on=target.writedata code=0x101 nth=1 do=hold'
	check 'Connect late: with SQSIZE 0' loop_write target-1/inject_cmd "write=$(connect_data "$SUBSYS") hex=$(connect_iu "$ASSOCIATION" 0 0)"
	check 'Connect late: its data is held' wait_for 10 struck_at_least 0 1
	check 'Connect late: the queue is connected' connect_by_hand target-1 "$ASSOCIATION" "$SUBSYS"
	before=$(($(answers target-1) + 1))
	ends 'Connect late' late_data
}

loop_load
note "nvmet: $(modinfo -n nvmet 2>&1 || true)"
loop_ready 1
connected --keep-alive-tmo=30
short_read
check 'disconnect' disconnect "$SUBSYS"
connect_refused
connect_late
klog_quiet 'no warning'
loop_teardown
done_testing
