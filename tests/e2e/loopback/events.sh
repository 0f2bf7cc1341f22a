#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the target's events say of a read whose response goes alone, and of one whose response goes with the data, as the
# drivers of real adapters have it: both are answered; and neither is when its data does not go out.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

TRACING=/sys/kernel/tracing
mountpoint -q "$TRACING" || mount -t tracefs none "$TRACING"

# released RESULT: the read that was traced has been.
released() {
	local text
	text=$(< "$TRACING/trace")
	matches "$text" "nvmet_fc_cmd_release: .*=.Read..*result=$1"
}

# traced BYTES: so much is read, alone in the trace.
traced() {
	echo > "$TRACING/trace"
	bounded 100 dd if="$DISK" of=/dev/null iflag=direct bs="$1" count=1 status=none
}

operation=(readdata readdata_rsp)
loop_load
short_timeouts 5
for read_rsp in 0 1; do
	loop_ready 1 '' "read_rsp=$read_rsp"
	connected --nr-io-queues=1 --reconnect-delay=1
	echo 1 > "$TRACING/events/nvmet_fc/nvmet_fc_cmd_release/enable"
	for size in 4k 512k; do
		check "read_rsp=$read_rsp: $size are read" traced "$size"
		check "read_rsp=$read_rsp: and that was answered" wait_for 10 released answered
	done
	loop_fault "on=target.${operation[read_rsp]} count=1 status=-5"
	check "read_rsp=$read_rsp: data that does not go out at first" traced 4k
	check "read_rsp=$read_rsp: was not answered" wait_for 10 released failed
	loop_faults_clear
	echo 0 > "$TRACING/events/nvmet_fc/nvmet_fc_cmd_release/enable"
	disconnect_all
	port_remove 1
	loop_down
done
default_timeouts
loop_teardown
done_testing
