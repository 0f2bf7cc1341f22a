#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A storm over a target port with four hosts: it flaps, hosts log out, come back with other queues and reset, its
# operations fail, are late or are held, what it is sent is lost. See lib/storm.sh.
# shellcheck disable=SC2034 # lib/storm.sh reads them
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/storm.sh"

loop_load
PATHS=4
TARGET=(- 1 1 1 1)
REMOTE=(- remote-1-{1..4})
EVENTS=(flap_target log_out log_out flap_link reset_path connect_anew connect_anew connect_anew fault fault fault fault policy pressure)
FAULTS=(
	'on=target.readdata status=-5'
	'on=target.readdata errno=-5'
	'on=target.writedata status=-5'
	'on=target.writedata errno=-12'
	'on=target.writedata do=hold'
	'on=target.rsp errno=-5'
	'on=target.rsp do=hold'
	'on=target.rsp delay=300000 place=process count=3'
	'on=target.rsp delay=1000 place=irq count=50'
	'on=target.rcv_fcp do=lose'
	'on=target.rcv_ls errno=-12'
	'on=target.xmt_ls_rsp errno=-5'
	'on=target.xmt_ls_rsp status=-5'
	'on=target.ls_req errno=-5'
	'on=target.ls_done do=lose'
	'on=target.fcp_abort do=ignore'
)

check 'path 1: ports' loop_ready 1 'complete=threads' 'complete=threads'
for ((path = 2; path <= PATHS; path++)); do
	check "path $path: its port" loop_local "$path" 'complete=threads'
	check "path $path: the target as it sees it" loop_remote 1 "$path"
done
storm_over
