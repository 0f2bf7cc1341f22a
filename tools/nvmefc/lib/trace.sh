# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# nvmefc trace [-a] [-i FILE | SECONDS]: the modules' events in sentences, as they come. Commands are left out but for
# -a. It traces in an instance of its own, which nobody else's tracing notices, and which goes with it.

trace_end() {
	trap - EXIT
	[ -z "${instance:-}" ] || { echo 0 >"$instance/tracing_on"; rmdir "$instance"; } 2>/dev/null
}

# trace_begin: an instance with the events of the modules that are there.
trace_begin() {
	[ -d "$TRACEFS/events" ] || die "cannot read $TRACEFS: run as root, with tracefs mounted"
	[ -d "$TRACEFS/events/nvme_fc" ] || [ -d "$TRACEFS/events/nvmet_fc" ] ||
		die "there are no events of nvme_fc or nvmet_fc: neither is loaded, or both are the kernel's (nvmefc status)"
	instance=$TRACEFS/instances/nvmefc-$$
	mkdir "$instance" 2>/dev/null || die "cannot trace: run as root"
	trap trace_end EXIT
	trap 'exit 0' INT TERM HUP
	for system in nvme_fc nvmet_fc; do
		[ -d "$instance/events/$system" ] || continue
		for event in "$instance/events/$system"/*/enable; do
			name=${event%/enable}
			case ${name##*/}:$all in
			*_cmd_*:0 | nvmet_fc_data:0 | nvmet_fc_response:0) ;;
			*) echo 1 >"$event" || die "cannot enable ${name##*/}" ;;
			esac
		done
	done
}

# sentences: what comes in, line by line: mawk would wait for more.
sentences() {
	interactive=''
	! awk -W version 2>&1 </dev/null | grep -q mawk || interactive='-W interactive'
	# shellcheck disable=SC2086 # two words, or none
	awk $interactive -v json="$json" -f "$LIB/records.awk" -f "$LIB/trace.awk"
}

command_trace() {
	all=0 input='' seconds=''
	while [ $# -gt 0 ]; do
		case $1 in
		-a) all=1 ;;
		-i) [ $# -gt 1 ] || die '-i wants a file'; input=$2; shift ;;
		'' | *[!0-9]*) die "unknown argument '$1' (nvmefc trace [-a] [-i FILE | SECONDS])" ;;
		*) seconds=$1 ;;
		esac
		shift
	done
	if [ -n "$input" ]; then
		[ "$input" = - ] || exec <"$input" || die "cannot read $input"
		sentences
		return
	fi
	trace_begin
	if [ -n "$seconds" ]; then
		timeout "$seconds" cat "$instance/trace_pipe" | sentences
	else
		sentences <"$instance/trace_pipe"
	fi
}
