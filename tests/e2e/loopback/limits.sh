#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Limits and habits that an adapter may have: few segments, READDATA_RSP,
# deferral, early responses, `private` fields that it spoils.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-run.sh"
. "$E2E/lib/loopback-trial.sh"
. "$E2E/lib/loopback-defer.sh"

short_form 'segments 1, irq
read_rsp, irq
deferral, held
private overwritten'
loop_load
one 'segments 1, irq' 'complete=irq delay=20' 'segments=1 complete=irq delay=20' 64k
one 'segments 16, inline, device' 'device=platform' 'segments=16 device=platform complete=inline' 512k
one 'host segments 1' 'segments=1' '' 64k
one 'read_rsp, inline' '' 'read_rsp complete=inline' 16k
one 'read_rsp, irq' '' 'read_rsp complete=irq delay=50' 16k
one 'early responses' 'complete=irq delay=10' 'early complete=reorder delay=3000'
one 'deferral' 'complete=irq delay=10' 'early defer complete=reorder delay=20000'
deferral_held 'deferral, held' '' ''
deferral_held 'deferral, held, irq' 'complete=irq delay=10' 'complete=irq delay=10'
one 'queues 1' 'queues=1' 'queues=1'
one 'no host handle' '' 'handle=0'
one 'no queue ops, own map' 'queue_ops=0 map_queues' ''
if [[ ${E2E_HOST:-rust} == rust ]]; then
	one 'private overwritten' 'private=overwrite' 'private=overwrite'
	one 'private null, no memory' 'private=null private_size=0' 'private=null private_size=0'
else
	skip 'private overwritten' 'nvme_fc_term_aen_ops of the C module frees what the field names: Oops'
fi
short_done
loop_teardown
done_testing
