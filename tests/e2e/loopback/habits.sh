#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The LLDD with the habits of each driver of Documentation/lldd-habits.rst: data is right, a driver that is busy or
# knows other errors costs no more than it must, and a port that goes is reported gone before the driver's patience is
# at an end, whatever it has not given back by itself. Under E2E_HABITS those of one driver alone.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-run.sh"
. "$E2E/lib/loopback-trial.sh"

short_form 'lpfc: data
lpfc: ports that go
qla2xxx: data
fnic: data
fnic: busy
fnic: ports that go
ibmvfc: data
fcloop: data'

# A read that the LLDD keeps, and nothing else ends in time: in READER.
kept_read() {
	loop_faults_clear
	check "$1: a read is to be kept" loop_fault 'on=host.fcp_io code=2 nth=1 do=hold'
	read_once 600 > /dev/null 2>&1 &
	READER=$!
	check "$1: it is kept" wait_for 10 struck_at_least 0 1
}

# The port is gone in time, and so is the controller.
all_gone() {
	check "$1: the port is reported gone" wait_for 10 loop_is_gone remote-1-1
	loop_write control give_up
	reap 60 "$READER" > /dev/null 2>&1
	check "$1: the controller is gone" wait_for 30 no_ctrls
	check "$1: in time" not grep '^offence' "$LOOPBACK/books"
	loop_faults_clear
	check "$1: the path is back" loop_enable remote-1-1
}

# The driver is busy for as long as it likes; it reports a link service's end by a positive number; its port logs out
# and in again.
busy() {
	local name=$1 reader
	wanted "$name" || return 0
	klog_mark
	check "$name: ports" loop_ready 1
	connected
	check "$name: rule" loop_fault 'on=host.fcp_io code=2 errno=-16'
	read_once > /dev/null 2>&1 &
	reader=$!
	check "$name: it is tried again" wait_for 10 struck_at_least 0 5
	loop_faults_clear
	check "$name: the read is done in the end" reap 30 "$reader"
	is "$name: no association was given up for that" "$(klog_count 'resetting controller')" 0
	check "$name: rule" loop_fault 'on=host.ls_done code=3 nth=1 status=881'
	reset_ctrl "$CTRL" > /dev/null 2>&1
	check "$name: it struck" wait_for 10 struck_at_least 0 1
	loop_faults_clear
	check "$name: all is well afterwards" wait_for 45 all_well
	check "$name: the port logs out and in at once" loop_write remote-1-1/control "flap=$(often 20 5) down=0 up=1" 60
	check "$name: all is well after that" wait_for 60 all_well
	loop_clear 1
	check "$name: books" wait_for 30 loop_balanced
	loop_write books reset
	klog_quiet "$name: no warning"
}

# A port that goes for good, and one that goes while its controller is deleted.
going() {
	local name=$1
	wanted "$name" || return 0
	if [[ ${E2E_HOST:-rust} == c ]]; then
		skip "$name" 'the C module waits for the commands of namespaces before it aborts any'
		return
	fi
	klog_mark
	short_timeouts 3600
	check "$name: ports" loop_ready 1
	connected --keep-alive-tmo=0
	kept_read "$name, for good"
	loop_write remote-1-1/control dev_loss=0
	check "$name, for good: it goes" loop_write remote-1-1/enable 0
	all_gone "$name, for good"
	connected --keep-alive-tmo=0
	kept_read "$name, in a deletion"
	disconnect "$SUBSYS" > /dev/null 2>&1 &
	check "$name, in a deletion: it begins" wait_for 10 not ctrl_is "$CTRL" live
	check "$name, in a deletion: it goes" loop_write remote-1-1/enable 0
	all_gone "$name, in a deletion"
	default_timeouts
	loop_clear 1
	check "$name: books" wait_for 60 loop_balanced
	loop_write books reset
	klog_quiet "$name: no warning"
}

loop_load
for driver in ${E2E_HABITS:-lpfc qla2xxx fnic ibmvfc fcloop}; do
	if [[ ${E2E_HOST:-rust} == c && $driver == @(fnic|ibmvfc) ]]; then
		skip "$driver" 'the C module frees what a private pointer names: Oops'
		continue
	fi
	# shellcheck disable=SC2034 # lib/loopback.sh
	HABITS=habits=$driver
	target=''
	[[ $driver != lpfc ]] || target='read_rsp early'
	one "$driver: data" '' "$target" 16k
	busy "$driver: busy"
	going "$driver: ports that go"
done
[[ ${E2E_HABITS:-} ]] || short_done
loop_teardown
done_testing
