# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernel log, followed into a file from the first call on, so that a long
# run loses nothing to the ring buffer.

KLOG=/tmp/klog
KLOG_MARK=0
# How long a line may take to come, after what caused it has returned.
KLOG_PATIENCE=10

# One follower serves all scripts of a boot.
klog_start() {
	[[ -e /tmp/klog.pid ]] && kill -0 "$(cat /tmp/klog.pid)" 2> /dev/null && return
	dmesg --follow > "$KLOG" 2> /dev/null < /dev/null &
	echo $! > /tmp/klog.pid
	disown
}

# klog_caught_up [MARK]: waits until all that was logged before is in the file.
klog_caught_up() {
	local mark=${1:-$BASHPID-$EPOCHREALTIME}
	echo "e2e: mark $mark" > /dev/kmsg
	wait_for 5 grep -q "e2e: mark $mark" "$KLOG"
}

# Everything that klog_since shows comes after this point.
klog_mark() {
	KLOG_MARK=$BASHPID-$EPOCHREALTIME
	klog_caught_up "$KLOG_MARK"
}

klog_since() {
	sed "1,/e2e: mark $KLOG_MARK/d" "$KLOG"
}

klog_has_now() {
	klog_since | grep -Eiq -- "$1"
}

# Waits a moment for a line that matches the extended regexp.
klog_has() {
	wait_for "${2:-$KLOG_PATIENCE}" klog_has_now "$1" || {
		echo "no log line matches: $1"
		klog_since | grep -E 'nvme' | tail -n 8
		return 1
	}
}

klog_count() {
	klog_since | grep -Eic -- "$1" || true
}

# Says in the kernel's log what runs, for those who read it afterwards.
klog_say() {
	echo "e2e: $*" > /dev/kmsg
}
