#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A storm over a host: two of its ports, two target ports; links that flap, resets, deletions, processors that go,
# link services and commands that are refused, late or lost, aborts that are not acted upon. See lib/storm.sh.
# shellcheck disable=SC2034 # lib/storm.sh reads them
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/storm.sh"

loop_load
PATHS=2
TARGET=(- 1 2)
REMOTE=(- remote-1-1 remote-2-2)
EVENTS=(flap_link flap_link flap_target reset_path reset_path processor policy rescan fault fault fault pressure)
# With a disk for each path, that of a controller which is deleted goes with it.
[[ $(< /sys/module/nvme_core/parameters/multipath) == N ]] || EVENTS+=(connect_anew connect_anew)
FAULTS=(
	'on=host.fcp_io errno=-16 count=5'
	'on=host.fcp_io errno=-19'
	'on=host.fcp_io errno=-12 count=3'
	'on=host.fcp_done status=-5'
	'on=host.fcp_done delay=300000 place=process count=3'
	'on=host.fcp_done delay=1000 place=irq count=50'
	'on=host.create_queue errno=-12'
	'on=host.ls_req errno=-12'
	'on=host.ls_done do=lose'
	'on=host.ls_done delay=500000 place=process'
	'on=host.ls_done reject=0x09/0x00'
	'on=target.rcv_fcp do=lose'
	'on=target.rsp do=hold'
	'on=host.fcp_abort do=ignore'
)

for ((path = 1; path <= PATHS; path++)); do
	check "path $path: ports" loop_ready "$path" 'complete=threads' 'complete=threads'
done
storm_over
