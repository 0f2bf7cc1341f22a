#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every way in which the loopback LLDD completes, with and without a device:
# data is right, the books are even.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-run.sh"

short_form 'threads
reorder
irq, a lock held
device, irq'
loop_load
one work '' ''
one inline 'complete=inline' 'complete=inline'
one threads 'complete=threads' 'complete=threads' 64k
one delay 'complete=delay delay=300' 'complete=delay delay=300'
one reorder 'complete=reorder delay=2000' 'complete=reorder delay=2000'
one irq 'complete=irq delay=100' 'complete=irq delay=100'
one 'irq, a lock held' 'complete=irq delay=50 locked' 'complete=irq delay=50'
one 'device, work' 'device=platform' 'device=platform' 64k
one 'device, irq' 'device=platform complete=irq delay=50' 'device=platform complete=irq delay=50' 16k
short_done
loop_teardown
done_testing
