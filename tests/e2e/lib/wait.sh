# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Bounded waits: nothing in these scripts waits without a limit.

# Polls COMMAND ten times a second until it succeeds: wait_for SECONDS COMMAND...
# E2E_SLOW= stretches the wait, for kernels that take so many times longer.
wait_for() {
	local end=$((${EPOCHREALTIME/./} + $1 * ${E2E_SLOW:-1} * 1000000))
	shift
	until "$@" > /dev/null 2>&1; do
		if ((${EPOCHREALTIME/./} > end)); then
			echo "still not after the wait: $*" >&2
			return 1
		fi
		sleep 0.1
	done
}

not() {
	! "$@"
}

# Succeeds when COMMAND holds for the whole time: holds_for SECONDS COMMAND...
holds_for() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	while ((${EPOCHREALTIME/./} < end)); do
		"$@" > /dev/null 2>&1 || { echo "no longer: $*" >&2; return 1; }
		sleep 0.1
	done
}

# Ends a background process that this script started, at most SECONDS later.
reap() {
	local seconds=$1 pid=$2
	wait_for "$seconds" not kill -0 "$pid" || kill -9 "$pid" 2> /dev/null || true
	wait "$pid"
}
