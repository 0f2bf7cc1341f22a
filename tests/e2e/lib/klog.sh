# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernel log, followed into a file from the first call on, so that a long
# run loses nothing to the ring buffer.

KLOG=/tmp/klog
# So many of its lines are from before the last mark.
KLOG_AT=0
KLOG_LINES=()
# How long a line may take to come, after what caused it has returned.
KLOG_PATIENCE=10

# One follower serves all scripts of a boot.
klog_start() {
	local pid
	if { read -r pid < /tmp/klog.pid && kill -0 "$pid"; } 2> /dev/null; then
		klog_read
		KLOG_AT=${#KLOG_LINES[@]}
		return
	fi
	: > "$KLOG"
	dmesg --follow >> "$KLOG" 2> /dev/null < /dev/null &
	echo $! > /tmp/klog.pid
	disown
}

# Waits until all that was logged before is in the file.
klog_caught_up() {
	local mark=$BASHPID-$EPOCHREALTIME
	echo "e2e: mark $mark" > /dev/kmsg
	wait_for 5 klog_reaches "e2e: mark $mark"
}

# klog_read: the lines since the mark, into KLOG_LINES. Here and below, by no process: there are thousands of looks.
klog_read() {
	mapfile -t -s "$KLOG_AT" KLOG_LINES < "$KLOG"
}

# klog_reaches TEXT: some line since the mark ends so; KLOG_REACHED is what KLOG_AT would be behind it.
klog_reaches() {
	local n
	klog_read
	for ((n = ${#KLOG_LINES[@]}; n > 0; n--)); do
		[[ ${KLOG_LINES[n - 1]} != *"$1" ]] || { KLOG_REACHED=$((KLOG_AT + n)); return; }
	done
	return 1
}

# Everything that klog_since shows comes after this point.
klog_mark() {
	klog_caught_up || return
	KLOG_AT=$KLOG_REACHED
}

klog_since() {
	klog_read
	((${#KLOG_LINES[@]} == 0)) || printf '%s\n' "${KLOG_LINES[@]}"
}

# klog_matches REGEXP [MANY]: counts the lines since the mark that match the extended regexp, whatever their case, in
# KLOG_COUNT: as many as there are, or MANY. Fails if there is none.
klog_matches() {
	local line text
	KLOG_COUNT=0
	klog_read
	printf -v text '%s\n' "${KLOG_LINES[@]}"
	shopt -s nocasematch
	# The expression is compiled for each line anew. Where nothing in the whole matches, no line does.
	if [[ $1 == *['^$']* || $text =~ $1 ]]; then
		for line in "${KLOG_LINES[@]}"; do
			[[ ! $line =~ $1 ]] || ((++KLOG_COUNT != ${2:-0})) || break
		done
	fi
	shopt -u nocasematch
	((KLOG_COUNT > 0))
}

klog_has_now() {
	klog_matches "$1" 1
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
	klog_matches "$1" || true
	echo "$KLOG_COUNT"
}

# klog_quiet NAME: a check that the kernel has complained of nothing since the mark.
klog_quiet() {
	klog_matches 'WARNING:|BUG:|Call Trace' || true
	is "$1" "$KLOG_COUNT" 0
}

# Says in the kernel's log what runs, for those who read it afterwards.
klog_say() {
	echo "e2e: $*" > /dev/kmsg
}
