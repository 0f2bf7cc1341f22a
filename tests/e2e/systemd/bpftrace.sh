#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The programs of tools/trace, all at once: each ends well when it is interrupted, and its histograms count what fio says
# that it did. Then again (the short form: only then) in a kernel that Secure Boot has locked down, which is for good, so
# that no module can be loaded after it: the last script of a guest. After systemd/tracing.sh, which has stopped udev.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

PROGRAMS='nvmefc-lat nvmetfc-phase nvmefc-ls nvmefc-aborts nvmefc-life'
TRACE=$(dirname "$E2E")/trace
LOCKDOWN=/sys/kernel/security/lockdown
# The processors of workqueues that are bound to none.
UNBOUND=/sys/devices/virtual/workqueue/cpumask
declare -A PIDS MISSES
ANSWERED='^[0-9:]+ +target got +Disconnect Association .* accept '
FREED='^[0-9:]+ +target +association .* freed$'

# programs_start: what they say first comes when all of their probes are in place.
programs_start() {
	local program
	for program in $PROGRAMS; do
		bpftrace "$TRACE/$program.bt" > "/tmp/$program.out" 2>&1 &
		PIDS[$program]=$!
	done
	for program in $PROGRAMS; do
		wait_for 60 grep -qE '^(Tracing|TIME)' "/tmp/$program.out" || { cat "/tmp/$program.out"; return 1; }
	done
}

# ends_well PROGRAM: on SIGINT, with what it has counted. What it cannot have counted is in MISSES then: an event that comes
# while its processor is in a program of BPF's, or in one of its system calls, is passed over, and the kernel counts that.
ends_well() {
	local status=0
	MISSES[$1]=$(awk '/^recursion_misses:/ { n += $2 } END { print n + 0 }' "/proc/${PIDS[$1]}/fdinfo"/*)
	kill -INT "${PIDS[$1]}"
	reap 60 "${PIDS[$1]}" || status=$?
	((status == 0)) || cat "/tmp/$1.out"
	return "$status"
}

# counts_all PROGRAM MAP NUMBER: its histograms have so many, but for what was passed over.
counts_all() {
	local number
	number=$(counted "$1" "$2")
	echo "$number of $3, ${MISSES[$1]} events were passed over"
	((number <= $3 && number + MISSES[$1] >= $3))
}

# counted PROGRAM MAP: how many are in the histograms of all maps of that form.
counted() {
	awk -v map="^@$2:" '
		/^@/ { inside = $0 ~ map; next }
		inside && /\|/ { sub(/^[^])]*[])]/, ""); n += $1 }
		END { print n + 0 }' "/tmp/$1.out"
}

# fio_did READ|WRITE: how many of them fio says that it did.
fio_did() {
	sed -n '/^{/,$p' /tmp/fio.json | jq ".jobs[0].$1.total_ios"
}

# some_io DISK: each read and write is to be a command of its own. All on one processor: bpftrace of before 0.24 loses the
# first count of a histogram's row if it comes on two of them at once (it adds the row with BPF_NOEXIST).
some_io() {
	local file
	for file in /sys/block/nvme*n*/queue/nomerges; do echo 2 > "$file"; done
	LD_LIBRARY_PATH=$FIO_LIBRARIES bounded 120 fio --name=io --cpus_allowed=0 --filename="$1" --direct=1 --ioengine=libaio --iodepth=4 \
		--rw=randrw --bssplit=16k/50:64k/50 --size=16m --output-format=json --output=/tmp/fio.json
}

# observed WHERE: the programs beside I/O and a reset.
observed() {
	local where=$1 program op phase all
	check "$where: the programs start" programs_start
	check "$where: fio" some_io "$DISK"
	check "$where: reset" reset_ctrl "$CTRL"
	check "$where: live again" wait_for 20 ctrl_is "$CTRL" live
	# Whatever a command has to tell on the target is told by then.
	check "$where: nothing of the old association is left" wait_for 30 one_association
	# That the association has ended is told, and answered, a moment after it is no longer to be seen.
	wait_for 5 grep -qE "$ANSWERED" /tmp/nvmefc-ls.out
	wait_for 5 grep -qE "$FREED" /tmp/nvmefc-life.out
	for program in $PROGRAMS; do check "$where: $program ends well" ends_well "$program"; done
	for op in read write; do
		all=$(fio_did $op)
		check "$where: fio did something" test "$all" -gt 50
		check_show "$where: histograms of $op" counts_all nvmefc-lat "${op}_usecs\\\\[[0-9]+\\\\]" "$all"
		for phase in prepare execute send; do
			check_show "$where: histogram of phase $phase, $op" counts_all nvmetfc-phase "usecs\\\\[$phase, $op\\\\]" "$all"
		done
	done
	check_show "$where: histogram of phase fetch, write" counts_all nvmetfc-phase 'usecs\\[fetch, write\\]' "$all"
	check "$where: link services of both sides" grep -qE '^[0-9:]+ +host sent +Create Association .* accept ' /tmp/nvmefc-ls.out
	check "$where: and of the target" grep -qE "$ANSWERED" /tmp/nvmefc-ls.out
	check "$where: aborts" grep -qE '^@aborts\[host, association ends\]: [1-9]' /tmp/nvmefc-aborts.out
	check "$where: life" grep -qE "$FREED" /tmp/nvmefc-life.out
	note "$(grep -E '^@(commands|failed)' /tmp/nvmefc-lat.out /tmp/nvmetfc-phase.out)"
}

one_association() {
	[[ $(wc -l < /sys/kernel/debug/nvmet_fc/associations) == 1 ]]
}

lock_down() {
	echo integrity > "$LOCKDOWN" && grep -F '[integrity]' "$LOCKDOWN"
}

setup 1
# nvmet's work, and so nvme-fcloop's.
ALL_UNBOUND=$(< "$UNBOUND")
echo 1 > "$UNBOUND"
# Of a disk that completes where it is told to, and not in an interrupt.
null_blk_make nullb1 64 irqmode=0
namespace_add "$SUBSYS" 2 /dev/nullb1
check 'connect' connect "$SUBSYS" 1 --nr-io-queues=1 --keep-alive-tmo=0
CTRL=$(ctrl_of "$SUBSYS")
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 2
DISK=$(disk_of "$SUBSYS" 2)
check 'bpftrace sees the fields with their types' grep -qE '^ +(__)?u8 explanation' <(bpftrace -lv tracepoint:nvme_fc:nvme_fc_ls_done)
is 'bpftrace sees every event' "$({ bpftrace -l 'tracepoint:nvme_fc:*'; bpftrace -l 'tracepoint:nvmet_fc:*'; } | wc -l)" \
	"$(find /sys/kernel/tracing/events/nvme_fc /sys/kernel/tracing/events/nvmet_fc -mindepth 1 -type d | wc -l)"
[[ ${E2E_SHORT:-} ]] || observed 'as ever'
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security
check 'the kernel is locked down' lock_down
observed 'locked down'
disconnect "$SUBSYS" > /dev/null
echo "$ALL_UNBOUND" > "$UNBOUND"
teardown
null_blk_remove nullb1
done_testing
