# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Bounded waits: nothing in these scripts waits without a limit. A limit is what an idle machine needs with room to
# spare, times PATIENCE: a wait ends with the event, so patience costs only what waits in vain. No check may rely on
# a limit being short.
PATIENCE=${E2E_PATIENCE:-6}

# nap MILLISECONDS: without a process. Nobody writes to that pipe.
exec {NAP}<> <(:)
nap() {
	local seconds
	printf -v seconds '%d.%03d' "$(($1 / 1000))" "$(($1 % 1000))"
	read -rt "$seconds" -u "$NAP" || true
}

# wait_for SECONDS COMMAND...: polls COMMAND until it succeeds, less often as time goes by.
wait_for() {
	local end=$((${EPOCHREALTIME/./} + $1 * PATIENCE * 1000000)) pause=20
	shift
	until "$@" > /dev/null 2>&1; do
		if ((${EPOCHREALTIME/./} > end)); then
			echo "still not after the wait: $*" >&2
			return 1
		fi
		nap "$pause"
		pause=$((pause < 300 ? pause * 3 / 2 : pause))
	done
}

# bounded SECONDS PROGRAM..: ends a program that hangs, with status 124. As with put, no process looks after it: the program
# holds a pipe open, and so does whatever it starts, which is waited for as well. Sets the caller's $!.
bounded() {
	local over said pid seconds=$(($1 * PATIENCE)) read=0 status=0
	shift
	exec {said}>&1
	exec {over}< <(exec {over}>&1 1>&"$said" {said}>&- && exec "$@")
	pid=$!
	exec {said}>&-
	read -rt "$seconds" -u "$over" || read=$?
	if ((read > 128)); then
		echo "ended after $seconds s: $*" >&2
		kill "$pid" 2> /dev/null
		read -rt 1 -u "$over" || kill -9 "$pid" 2> /dev/null
		status=124
	else
		wait "$pid" || status=$?
	fi
	exec {over}<&-
	return "$status"
}

# put SECONDS FILE TEXT: writes a line into a file of the kernel's that may not come back. For each there is one process
# less to start than with a command of its own, which counts: on the instrumented kernel each takes a tenth of a second.
# Sets the caller's $!.
put() {
	local answer status='' read=0
	exec {answer}< <(if echo "$3" > "$2"; then echo 0; else echo 1; fi)
	read -rt "$(($1 * PATIENCE))" -u "$answer" status || read=$?
	if ((read > 128)); then
		echo "still writing: $2" >&2
		kill -9 "$!" 2> /dev/null
		status=124
	fi
	exec {answer}<&-
	return "${status:-125}"
}

not() {
	! "$@"
}

# Succeeds when COMMAND holds for the whole time: holds_for SECONDS COMMAND... For what leaves no event behind; a slow
# machine only makes it a weaker check.
holds_for() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	while ((${EPOCHREALTIME/./} < end)); do
		"$@" > /dev/null 2>&1 || { echo "no longer: $*" >&2; return 1; }
		nap 50
	done
}

# running PID: it is there, and has not ended. kill -0 succeeds for a child that has ended until the shell takes note of it,
# which it did not do any more in one run, before it was told to wait for that child.
running() {
	local line
	{ read -r line < "/proc/$1/stat"; } 2> /dev/null && [[ ${line##*) } != [ZX]* ]]
}

# Ends a background process that this script started, at most SECONDS later.
reap() {
	local seconds=$1 pid=$2
	wait_for "$seconds" not running "$pid" || kill -9 "$pid" 2> /dev/null || true
	wait "$pid"
}
