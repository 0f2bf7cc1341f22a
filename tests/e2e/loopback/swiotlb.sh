#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# With swiotlb=force the kernel bounces every buffer of a device: what is mapped
# too late, synchronised for the wrong side or unmapped too early is old data.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-run.sh"
. "$E2E/lib/loopback-trial.sh"

SWIOTLB=/sys/kernel/debug/swiotlb
mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
swiotlb() {
	cat "$SWIOTLB/$1"
}
none_left() {
	[[ $(swiotlb io_tlb_used) -le $before ]]
}

if ! grep -q swiotlb=force /proc/cmdline; then
	skip 'bounce buffers' 'the kernel was not booted with swiotlb=force'
	done_testing
	exit
fi
loop_load
before=$(swiotlb io_tlb_used)
echo 0 > "$SWIOTLB/io_tlb_used_hiwater"
one 'work' 'device=platform' 'device=platform' 64k
one 'inline' 'device=platform complete=inline' 'device=platform complete=inline' 4k
one 'irq' 'device=platform complete=irq delay=50' 'device=platform complete=irq delay=50' 16k
one 'threads' 'device=platform complete=threads' 'device=platform complete=threads' 64k
one 'segments 16' 'device=platform' 'device=platform segments=16' 512k
one 'read_rsp' 'device=platform' 'device=platform read_rsp' 16k
one 'deferral' 'device=platform complete=irq delay=10' 'device=platform early defer complete=reorder delay=20000'
one '32 bits' 'device=platform dma_bits=32' 'device=platform dma_bits=32' 64k
check "it did ($(swiotlb io_tlb_used_hiwater) slots at most)" test "$(swiotlb io_tlb_used_hiwater)" -gt "$((before + 256))"

# Buffers of commands that end early.
short_timeouts 3
loop_ready 1 device=platform device=platform
connected --keep-alive-tmo=30
trial 'lost read' read ok 'io timeout' 'on=host.fcp_io code=2 nth=1 do=lose'
trial 'lost write' write ok 'io timeout' 'on=host.fcp_io code=1 nth=1 do=lose'
trial 'READDATA: kept back' read ok 'io timeout' 'on=target.readdata code=2 nth=1 do=hold'
trial 'WRITEDATA: kept back' write ok 'io timeout' 'on=target.writedata code=1 nth=1 do=hold'
check_show 'data' fio_verify "$DISK" 64k 2m
default_timeouts
loop_teardown
check 'no bounce buffer is left' wait_for 20 none_left
done_testing
