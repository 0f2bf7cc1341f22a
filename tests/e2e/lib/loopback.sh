# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# The project's own LLDD, nvme-fc-loopback: ports by configfs, faults, books.

LOOPBACK=/sys/kernel/config/nvme_fc_loopback
LLDD_MODULE=nvme_fc_loopback
# E2E_HABITS=lpfc: all ports have the habits of that driver, but for what a script asks of them itself.
HABITS=${E2E_HABITS:+habits=$E2E_HABITS}

# A write that cannot hang the script: loop_write FILE TEXT [SECONDS]
loop_write() {
	put "${3:-30}" "$LOOPBACK/$1" "$2"
}

# loop_enable PORT: registers it. Its names are taken while a port that had them before is still going away, which is not
# over when whoever took it away is told so.
loop_enable() {
	local said=/tmp/loop-enable-$BASHPID end=$((${EPOCHREALTIME/./} + 20 * PATIENCE * 1000000))
	until loop_write "$1/enable" 1 2> "$said"; do
		if [[ $(< "$said") != *'File exists' ]] || ((${EPOCHREALTIME/./} > end)); then
			echo "$(< "$said")" >&2
			return 1
		fi
		nap 50
	done
}

# column N NAME FILE: the N-th word (from 1) of the lines that begin with NAME; fails where there is none.
column() {
	local words found=1
	while read -ra words; do
		[[ ${words[0]:-} == "$2" ]] || continue
		echo "${words[$1 - 1]:-}"
		found=0
	done < "$3"
	return "$found"
}

# loop_local N [CONFIG]: host port N, registered.
loop_local() {
	local WWNN WWPN TRADDR
	host_names "$1"
	mkdir -p "$LOOPBACK/local-$1"
	loop_write "local-$1/config" "wwnn=$WWNN wwpn=$WWPN $HABITS ${2:-}" &&
		loop_enable "local-$1"
}

# loop_target N [CONFIG]: target port N, registered.
loop_target() {
	local WWNN WWPN TRADDR
	target_names "$1"
	mkdir -p "$LOOPBACK/target-$1"
	loop_write "target-$1/config" "wwnn=$WWNN wwpn=$WWPN $HABITS ${2:-}" &&
		loop_enable "target-$1"
}

# loop_remote TARGET HOST [CONFIG]: that target, as that host sees it.
loop_remote() {
	local WWNN WWPN TRADDR seen_by
	host_names "$2"
	seen_by=$WWPN
	target_names "$1"
	mkdir -p "$LOOPBACK/remote-$1-$2"
	loop_write "remote-$1-$2/config" "wwnn=$WWNN wwpn=$WWPN local=$seen_by $HABITS ${3:-}" &&
		loop_enable "remote-$1-$2"
}

# loop_up N [LOCAL CONFIG [TARGET CONFIG]]: both ports, and the path between them.
loop_up() {
	loop_local "$1" "${2:-}" && loop_target "$1" "${3:-}" && loop_remote "$1" "$1"
}

# Unregisters and removes every port there is: remote ports first.
loop_down() {
	local dir
	for dir in "$LOOPBACK"/remote-* "$LOOPBACK"/target-* "$LOOPBACK"/local-*; do
		[[ ! -d $dir ]] || rmdir "$dir" || return
	done
}

# What lib/fcloop.sh has for its ports. E2E_LOOPBACK_HOST and E2E_LOOPBACK_TARGET
# are added to the ports' configuration.
host_port_add() { loop_local "$1" "${E2E_LOOPBACK_HOST:-}"; }
host_port_del() { rmdir "$LOOPBACK/local-$1"; }
target_port_add() { loop_target "$1" "${E2E_LOOPBACK_TARGET:-}"; }
target_port_del() { rmdir "$LOOPBACK/target-$1"; }
remote_port_add() { loop_remote "$1" "$2" "roles=${3:-$ROLE_TARGET_DISCOVERY}"; }
remote_port_del() { rmdir "$LOOPBACK/remote-$1"-*; }
drop_command() {
	local opcode first count
	IFS=: read -r opcode first count <<< "$1"
	loop_fault "on=target.rcv_fcp code=0x${opcode#0x} nth=$first count=$count do=lose"
}

# loop_fault RULE: adds a rule to the fault plan, which waits for nobody.
loop_fault() {
	echo "$*" > "$LOOPBACK/faults"
}

loop_faults_clear() {
	echo clear > "$LOOPBACK/faults"
}

# loop_struck N: how often the N-th rule (from 0) has struck.
loop_struck() {
	column 4 "$1" "$LOOPBACK/faults"
}

struck_at_least() {
	[[ $(loop_struck "$1") -ge $2 ]] || { echo "rule $1 struck $(loop_struck "$1") times"; return 1; }
}

# loop_book NAME [COLUMN]: a number of the books: 2 taken or calls, 3 given back
# or calls in hard IRQ, 4 what is left, 5 given back in hard IRQ.
loop_book() {
	column "${2:-2}" "$1" "$LOOPBACK/books" || echo 0
}

loop_state() {
	column 2 state "$LOOPBACK/books"
}

# Nothing is left, of ports or of what they did, and no contract was broken.
loop_balanced() {
	[[ $(loop_state) == balanced ]] && return
	cat "$LOOPBACK/books" "$LOOPBACK/left"
	return 1
}

# The same while ports are there.
loop_idle() {
	[[ $(loop_state) == @(idle|balanced) ]] && return
	cat "$LOOPBACK/books" "$LOOPBACK/left"
	return 1
}

# Loads both transports and the LLDD, without ports; a subsystem $SUBSYS over a
# null_blk of 64 MiB is there.
loop_load() {
	BASE_MAPPINGS=$(dma_mappings)
	modprobe nvme_fabrics
	modprobe nvmet
	BASE_REFCOUNTS=$(refcounts)
	modprobe nvme_fc
	modprobe nvmet_fc
	prove_transports
	modprobe nvme_fc_loopback
	null_blk_make nullb0 64
	configfs_mount
	subsystem_make "$SUBSYS"
	namespace_add "$SUBSYS" 1 /dev/nullb0
}

# dma_mappings: how many DMA mappings the whole machine holds, where DMA_API_DEBUG
# counts them.
dma_mappings() {
	local dir=/sys/kernel/debug/dma-api
	[[ ! -d $dir ]] || echo $(($(< "$dir/nr_total_entries") - $(< "$dir/num_free_entries")))
}

# loop_ready N [LOCAL CONFIG [TARGET CONFIG]]: ports, path and nvmet's port.
loop_ready() {
	loop_up "$@" && port_make "$1" && port_link "$1" "$SUBSYS"
}

# Everything of port N that loop_ready made, away again.
loop_clear() {
	loop_faults_clear
	loop_write control give_up
	disconnect_all
	port_remove "$1"
	loop_down
}

# Takes everything down and checks that nothing is left.
loop_teardown() {
	loop_faults_clear
	loop_write control give_up
	check "$TITLE: all controllers go away" disconnect_all
	nvmet_clear
	check "$TITLE: the ports go away" loop_down
	check "$TITLE: the books are balanced" wait_for 30 loop_balanced
	[[ $(loop_state) == balanced ]] || note "$(cat "$LOOPBACK/books" "$LOOPBACK/left")"
	check "$TITLE: nothing is outstanding" wait_for 30 nothing_outstanding
	check "$TITLE: the modules unload" unload nvme_fc_loopback nvme_fc nvmet_fc
	is "$TITLE: no module reference is left" "$(refcounts)" "$BASE_REFCOUNTS"
	[[ ! $BASE_MAPPINGS ]] || is "$TITLE: no DMA mapping is left" "$(dma_mappings)" "$BASE_MAPPINGS"
	null_blk_remove nullb0
	klog_say "end $TITLE"
}

# Whether a port has been reported gone by its transport.
loop_is_gone() {
	grep -q '^0 gone' "$LOOPBACK/$1/enable"
}
