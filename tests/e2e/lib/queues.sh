# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Which queues the host's commands take, counted by the core's tracepoint.

QUEUE_TRIGGER=/sys/kernel/tracing/events/nvme/nvme_setup_cmd

# The instrumented kernel has no tracepoints.
queues_counted() {
	[[ ${E2E_KERNEL:-stock} == stock ]]
}

queue_count_start() {
	mounted /sys/kernel/tracing || mount -t tracefs none /sys/kernel/tracing || return
	echo 'hist:keys=qid' > "$QUEUE_TRIGGER/trigger"
}

# "QUEUE:COMMANDS" lines since queue_count_start, which ends here.
queue_counts() {
	sed -n 's/^{ qid: *\([0-9]*\) } hitcount: *\([0-9]*\).*/\1:\2/p' "$QUEUE_TRIGGER/hist" | sort -n
	echo '!hist:keys=qid' > "$QUEUE_TRIGGER/trigger"
}
