#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guest side of `make demo` and of the interoperation runs: real traffic from
# nvme-cli through both transports over the stock nvme-fcloop, or over the LLDD
# that LLDD= names, data verified, everything unloaded again.
set -uo pipefail
. "$(dirname "$0")/guest-lib.sh"

A=nqn.2026-11.test:null-blk
B=nqn.2026-11.test:file
BACKING_A=/dev/nullb0
BACKING_B=/var/tmp/e2e-backing-b
MIB=$(often 32 8)

step() {
	note "=== $*"
}

step "load nvme-fc, nvmet-fc and $LLDD_MODULE"
modprobe nvme_fabrics
modprobe nvmet
base_refcounts=$(refcounts)
klog_mark
check "modprobe $LLDD_MODULE brings both transports" modprobe "$LLDD_MODULE"
check_show "nvme_fc is the ${E2E_HOST:-rust} one" prove_module nvme_fc "${E2E_HOST:-rust}"
check_show "nvmet_fc is the ${E2E_TARGET:-rust} one" prove_module nvmet_fc "${E2E_TARGET:-rust}"
for module in nvme_fc nvmet_fc; do
	[[ ! -e /sys/module/$module/version ]] ||
		check "the log says which $module it is" klog_has "$module: Rust implementation, version $(cat "/sys/module/$module/version")"
done
is "$LLDD_MODULE holds nvme_fc" "$(holders nvme_fc)" "$LLDD_MODULE"
is "$LLDD_MODULE holds nvmet_fc" "$(holders nvmet_fc)" "$LLDD_MODULE"

step "two ports, subsystem A over a null_blk in memory, subsystem B over a file"
null_blk_make nullb0 "$MIB"
configfs_mount
truncate -s "${MIB}M" "$BACKING_B"
subsystem_make "$A"
namespace_add "$A" 1 "$BACKING_A"
subsystem_make "$B"
namespace_add "$B" 1 "$BACKING_B"
check 'local, target and remote port register' fabric_up 1
check 'the nvmet port binds to the target port' port_make 1
check 'subsystem A is exported' port_link 1 "$A"
check 'subsystem B is exported' port_link 1 "$B"

step "nvme discover"
check 'nvme discover answers' nvme discover -t fc -a "$(target_traddr 1)" -w "$(host_traddr 1)" --hostnqn "$HOSTNQN" --hostid "$HOSTID"
discovered=$OUTPUT
note "$(grep -E '^(trtype|subnqn|traddr|Discovery)' <<< "$discovered")"
check 'it lists A' matches "$discovered" "^subnqn: *$A\$"
check 'it lists B' matches "$discovered" "^subnqn: *$B\$"

step "nvme connect"
for nqn in "$A" "$B"; do
	check "nvme connect $nqn" connect "$nqn" 1
	ctrl=$(ctrl_of "$nqn")
	check "$ctrl becomes live" wait_for 20 ctrl_is "$ctrl" live
	is "$ctrl has an admin and 2 I/O queues" "$(ctrl_attr "$ctrl" queue_count)" $(($(nproc) + 1))
	is "$ctrl goes over fc" "$(ctrl_attr "$ctrl" transport)" fc
	check "the namespace of $nqn appears" wait_for 20 disk_ready "$nqn" 1
done
disk_a=$(disk_of "$A" 1)
disk_b=$(disk_of "$B" 1)
listed=$(nvme list)
note "$listed"
check 'nvme list shows the disk of A' matches "$listed" "^$disk_a "
check 'nvme list shows the disk of B' matches "$listed" "^$disk_b "

step "fio, crc32c verified, mixed random read and write, direct, libaio, 2 processes"
! queues_counted || check 'commands are counted by queue' queue_count_start
for disk in "$disk_a" "$disk_b"; do
	[[ ${E2E_SHORT:-} && $disk == "$disk_b" ]] || check_show "$disk 4 KiB" fio_verify "$disk" 4k "$(often 3m 1m)"
	[[ ${E2E_SHORT:-} && $disk == "$disk_b" ]] || check_show "$disk 64 KiB" fio_verify "$disk" 64k "$(often 12m 4m)"
	[[ ${E2E_SHORT:-} && $disk == "$disk_a" ]] || check_show "$disk 1 MiB" fio_verify "$disk" 1m "$(often 16m 4m)"
done
if queues_counted; then
	counted=$(queue_counts)
	note "commands by queue: $(tr '\n' ' ' <<< "$counted")"
	for ((queue = 1; queue <= $(nproc); queue++)); do
		check "I/O queue $queue carried commands" matches "$counted" "^$queue:[1-9]"
	done
fi

step "reset of the controller under I/O"
ctrl=$(ctrl_of "$A")
check 'fio starts' fio_start "$disk_a" 16k
for ((n = 1; n <= $(often 3 1); n++)); do
	check "reset $n is accepted" reset_ctrl "$ctrl"
	check "live again after reset $n" wait_for 20 ctrl_is "$ctrl" live
	check "I/O goes on after reset $n" wait_for 20 io_goes_on "$disk_a"
done
check_show 'fio saw no error' fio_finish
is 'all queues are back' "$(ctrl_attr "$ctrl" queue_count)" $(($(nproc) + 1))

step "what the host wrote is what the target's devices hold"
check_show 'A and its null_blk are the same' same_bytes "$disk_a" "$BACKING_A"
check_show 'B and its file are the same' same_bytes "$disk_b" "$BACKING_B"

step "disconnect"
check 'nvme disconnect A' disconnect "$A"
check 'nvme disconnect B' disconnect "$B"
check 'no controller is left' wait_for 20 no_ctrls
check 'no disk is left' not disk_of "$A" 1

step "take down and unload"
nvmet_clear
fabric_down 1
[[ $LLDD_MODULE != nvme_fc_loopback ]] || check 'the books of the LLDD are balanced' wait_for 30 loop_balanced
check "$LLDD_MODULE, nvme_fc and nvmet_fc unload" unload_transports
is 'no module reference is left' "$(refcounts)" "$base_refcounts"
null_blk_remove nullb0
rm -f "$BACKING_B"
done_testing
