#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Buffers that are mapped: by the kernel, and by an IOMMU that bounces
# everything, merges the segments of scatterlists and fails now and then. Data
# is right, every mapping is undone, and a mapping that fails harms nobody else.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-run.sh"
. "$E2E/lib/loopback-trial.sh"

short_form 'bounce, irq
bounce, segments 1
kernel, 32 bits
a mapping fails at the host: read
a mapping fails at the target: write
mapping 2 of a connect fails'
loop_load
one 'bounce, work' 'device=bounce' 'device=bounce' 64k
one 'bounce, responses written by CPU' 'device=bounce cpu_response' '' 64k
one 'bounce, irq' 'device=bounce complete=irq delay=50' 'device=bounce complete=irq delay=50' 16k
one 'bounce, segments 16' 'device=bounce' 'device=bounce segments=16' 512k
one 'bounce, segments 1' 'device=bounce' 'device=bounce segments=1 read_rsp' 128k
one 'bounce, boundary of 4 KiB' 'device=bounce boundary=0xfff' 'device=bounce boundary=0xfff' 64k
one 'kernel, 32 bits' 'device=platform dma_bits=32' 'device=platform dma_bits=32' 64k
one 'host alone' 'device=bounce' '' 64k
one 'target alone' '' 'device=bounce' 64k

short_timeouts 5
loop_ready 1 'device=bounce' 'device=bounce'
connected --keep-alive-tmo=30
for side in host target; do
	for what in read write; do
		trial "a mapping fails at the $side: $what" "$what" any - "on=dma.map port=$("${side}_wwpn" 1) nth=1 errno=-12"
	done
done
check 'disconnect' disconnect "$SUBSYS"
for nth in 1 2 3 4; do
	wanted "mapping $nth of a connect fails" || continue
	loop_faults_clear
	check "mapping $nth of a connect fails: rule" loop_fault "on=dma.map port=$(host_wwpn 1) nth=$nth errno=-12"
	ctrl=$(connect_raw "$SUBSYS" 1 reconnect_delay=1,ctrl_loss_tmo=60) || ctrl=
	[[ ! $ctrl ]] || check "mapping $nth of a connect fails: live in the end" wait_for 60 ctrl_is "$ctrl" live
	check "mapping $nth of a connect fails: disconnect" disconnect_all
	check "mapping $nth of a connect fails: books" wait_for 30 loop_idle
done
default_timeouts
short_done
loop_teardown
done_testing
