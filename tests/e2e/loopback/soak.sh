#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mutations of valid frames in bulk, SOAK_FRAMES of them in rounds of one seed
# each, from SOAK_SEED on: every link service and several commands to the
# target, Disconnects to the host. A controller stays connected meanwhile.
# Afterwards both transports are alive, memory is what it was, the log is short
# enough to read, the books are balanced.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-frames.sh"
. "$E2E/lib/loopback-trial.sh"

FRAMES=${SOAK_FRAMES:-20000}
SEED=${SOAK_SEED:-1}
# Frames of one kind in one round, and kinds.
BATCH=${SOAK_BATCH:-2500}
KINDS=8
ROUND=$((BATCH * KINDS))
SLAB_LIMIT_KIB=4096
AVAILABLE_LIMIT_KIB=65536
OBJECT_LIMIT=400
# Each call site prints 10 lines in 5 seconds at most; there are about thirty
# that a frame can reach.
LINES_IN_5_SECONDS=300

# association HOST: opens one, whose identifier is then in ASSOCIATION.
association() {
	inject target-1 ls "host=$1 hex=$(ls_create_association "$SUBSYS")" || return
	ASSOCIATION=$(answer_hex | cut -c65-80)
	[[ ${#ASSOCIATION} == 16 ]]
}

logout() {
	echo "invalidate=$1" > "$LOOPBACK/target-1/control"
}

# The controller's asynchronous event request stays open, and nothing else.
only_the_controller() {
	[[ $(loop_book host_received_ls 4) == 0 && $(loop_book target_received_ls 4) == 0 && $(loop_book ls_exchanges 4) == 0 ]] &&
		[[ $(loop_book exchanges 4) -le 1 ]]
}

# batch FILE WORDS SEED: mutations of one frame; every batch of a round takes the
# round's seed, as the frames differ. MILLISECONDS has what each took.
batch() {
	local from=${EPOCHREALTIME/./}
	loop_write "$1" "$2 mutate=$BATCH seed=$3" 400 || { echo "refused: $1"; return 1; }
	MILLISECONDS+=" $(((${EPOCHREALTIME/./} - from) / 1000))"
}

# round SEED: ROUND frames.
round() {
	local seed=$1 a
	MILLISECONDS=
	association 0xfeed || { echo 'no association for Create Connection'; return 1; }
	connect_by_hand target-1 "$ASSOCIATION" "$SUBSYS" || { echo 'no Connect'; return 1; }
	batch target-1/inject_ls "host=0xfeed hex=$(ls_create_association "$SUBSYS")" "$seed" || return
	batch target-1/inject_ls "host=0xfeed hex=$(ls_create_connection "$ASSOCIATION" 1)" "$seed" || return
	batch target-1/inject_ls "host=0xfeed hex=$(ls_disconnect "$ASSOCIATION")" "$seed" || return
	batch remote-1-1/inject_ls "hex=$(ls_disconnect "$ASSOCIATION")" "$seed" || return
	association 0xfed0 || { echo 'no association for commands'; return 1; }
	a=$ASSOCIATION
	# Property Get of CAP; Connect; Property Set of CC; Identify Controller.
	batch target-1/inject_cmd "hex=$(command_iu "$a" 0 0 7f00010004000000)" "$seed" || return
	batch target-1/inject_cmd "data=1024 hex=$(command_iu "$a" 1 1024 7f00020001000000)" "$seed" || return
	batch target-1/inject_cmd "hex=$(command_iu "$a" 0 0 "7f00030000000000$(zeros 32)00000000140000000100460000000000")" "$seed" || return
	batch target-1/inject_cmd "data=4096 hex=$(command_iu "$a" 2 4096 "06400400$(zeros 36)01000000")" "$seed" || return
	logout 0xfeed
	logout 0xfed0
	wait_for 120 only_the_controller || { cat "$LOOPBACK/books" "$LOOPBACK/left"; return 1; }
}

# meminfo NAME: in KiB.
meminfo() {
	awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo
}

# Ending a thousand associations at once takes hundreds of kernel threads, which
# the workqueues keep for five minutes.
workers() {
	local file name count=0
	for file in /proc/[0-9]*/comm; do
		{ read -r name < "$file"; } 2> /dev/null && [[ $name == kworker* ]] && count=$((count + 1))
	done
	echo "$count"
}
few_workers() {
	[[ $(workers) -lt $((WORKERS + 30)) ]]
}

# The instrumented kernel takes minutes to empty its caches, and KASAN keeps what
# was freed; there kmemleak finds what is left.
INSTRUMENTED=
[[ $(uname -r) != *instrumented* ]] || INSTRUMENTED=1
snapshot() {
	[[ ! $INSTRUMENTED ]] || return 0
	note "$(workers) kernel worker threads"
	check "$2: the idle worker threads go" wait_for 700 few_workers
	note "$(workers) kernel worker threads"
	slab_snapshot "$1"
}

loop_load
loop_ready 1
connected --keep-alive-tmo=30
check_show 'data before' fio_verify "$DISK" 4k 2m
WORKERS=$(workers)
check "seed $SEED: a first round, which fills the caches" round "$SEED"
snapshot /tmp/slab.before before
available=$(meminfo MemAvailable)
note "before: Slab $(meminfo Slab) KiB, MemAvailable $available KiB"
klog_mark
started=${EPOCHREALTIME/./}
done_frames=$ROUND rounds=1 good=1
note "soak: seed $SEED done, $done_frames frames"
while ((good && done_frames < FRAMES)); do
	seed=$((SEED + rounds))
	before=${EPOCHREALTIME/./}
	round "$seed" > /tmp/soak-said 2>&1 || good=0
	rounds=$((rounds + 1)) done_frames=$((done_frames + ROUND))
	spent=$((${EPOCHREALTIME/./} - before))
	if ((!good)); then
		note "$(cat /tmp/soak-said)"
		klog_say "soak: failed with seed $seed"
	fi
	note "soak: seed $seed done, $done_frames frames, $((ROUND * 1000000 / spent)) a second (ms:$MILLISECONDS), Slab $(meminfo Slab) KiB, MemAvailable $(meminfo MemAvailable) KiB"
	ctrl_is "$CTRL" live || wait_for 60 ctrl_is "$CTRL" live || { note "the controller is $(ctrl_attr "$CTRL" state)"; good=0; }
done
seconds=$(((${EPOCHREALTIME/./} - started) / 1000000 + 1))
lines=$(klog_since | wc -l)
check "$done_frames frames, seeds $SEED to $((SEED + rounds - 1)): all injected, all ended" test "$good" = 1
note "figures: $done_frames frames, $seconds s, $lines log lines"
limit=$((LINES_IN_5_SECONDS * (seconds / 5 + 2)))
check "the log has fewer than $limit lines ($lines in $seconds s)" test "$lines" -lt "$limit"
note "log lines: $(klog_since | grep -c 'suppressed') of them count suppressed ones"
klog_quiet 'no warning'

snapshot /tmp/slab.after after
lost=$((available - $(meminfo MemAvailable)))
note "after: Slab $(meminfo Slab) KiB, MemAvailable $(meminfo MemAvailable) KiB ($lost down)"
if [[ $INSTRUMENTED ]]; then
	check "MemAvailable fell by less than $((4 * AVAILABLE_LIMIT_KIB)) KiB" test "$lost" -lt "$((4 * AVAILABLE_LIMIT_KIB))"
else
	growth=$(slab_growth /tmp/slab.before /tmp/slab.after)
	note "caches that grew by 20 objects or more: $(slab_grown /tmp/slab.before /tmp/slab.after 20 | paste -sd ';')"
	check "Slab grew by less than $SLAB_LIMIT_KIB KiB ($growth)" test "$growth" -lt "$SLAB_LIMIT_KIB"
	is "no cache grew by $OBJECT_LIMIT objects" "$(slab_grown /tmp/slab.before /tmp/slab.after "$OBJECT_LIMIT")" ''
	check "MemAvailable fell by less than $AVAILABLE_LIMIT_KIB KiB" test "$lost" -lt "$AVAILABLE_LIMIT_KIB"
fi

check 'the controller is well' wait_for 45 all_well
check 'disconnect' disconnect "$SUBSYS"
check 'a fresh connect' connect "$SUBSYS" 1
check 'its disk' wait_for 20 disk_ready "$SUBSYS" 1
check_show 'data afterwards' fio_verify "$(disk_of "$SUBSYS" 1)" 4k 2m
loop_teardown
done_testing
