#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ports and hosts that come and go: links that flap, a host that logs out, a
# target port that is away for a while, device loss, discovery events, several
# hosts at one target.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"

loop_load
loop_ready 1
connected --keep-alive-tmo=30

check 'a taken name is refused' not loop_local 1 ''
mkdir "$LOOPBACK/target-again"
loop_write target-again/config "wwnn=$(target_wwnn 1) wwpn=$(target_wwpn 1)"
check 'the same target port again is refused' not loop_write target-again/enable 1
rmdir "$LOOPBACK/target-again"
check 'a bad name is refused' not mkdir "$LOOPBACK/port-1"
check 'an unknown key is refused' not loop_write target-1/config colour=red
check 'a bad rule is refused' not loop_fault 'on=nothing errno=-5'

klog_mark
flaps=$(often 5 2)
check "the link flaps $flaps times" loop_write remote-1-1/control "flap=$flaps down=200 up=300" 60
check 'link: live in the end' wait_for 60 all_well
check "the link flaps $((4 * flaps)) times, at once" loop_write remote-1-1/control "flap=$((4 * flaps)) down=1 up=1" 60
check 'link, at once: live in the end' wait_for 60 all_well
check "the target port flaps $flaps times" loop_write target-1/control "flap=$flaps down=100 up=300" 60
check 'target port: live in the end' wait_for 60 all_well

check 'host logs out' loop_write target-1/control "invalidate=$(host_wwpn 1)"
check 'logout: its handle is released' wait_for 20 bash -c "grep -q '^target.host_release' $LOOPBACK/books"
check 'logout: live again in the end' wait_for 90 all_well
check 'a host that is not there cannot log out' not loop_write target-1/control invalidate=0x77

check 'discovery: rescan' loop_write remote-1-1/control rescan
before=$(loop_book target.discovery_event)
subsystem_make nqn.2026-11.test:other
port_link 1 nqn.2026-11.test:other
events_beyond() {
	[[ $(loop_book target.discovery_event) -gt $1 ]]
}
check 'discovery: an event for a change' wait_for 20 events_beyond "$before"
port_unlink 1 nqn.2026-11.test:other
subsystem_remove nqn.2026-11.test:other

# A second host at the same target.
check 'second host: ports' loop_local 2 'complete=irq delay=100'
check 'second host: path' loop_remote 1 2
check 'second host: connect' bounded 60 nvme connect -t fc -n "$SUBSYS" -a "$(target_traddr 1)" -w "$(host_traddr 2)" --hostnqn nqn.2014-08.org.test:second --hostid 22222222-2222-3333-4444-555555555555
is 'two controllers' "$(ctrls_of "$SUBSYS" | wc -l)" 2
check 'second host logs out' loop_write target-1/control "invalidate=$(host_wwpn 2)"
check 'the first is well' wait_for 30 all_well
check 'all leave' disconnect_all
check 'books' wait_for 45 loop_idle

# Device loss: short, and then none at all.
connected --keep-alive-tmo=30
klog_mark
check 'device loss of 4 s' loop_write remote-1-1/control dev_loss=4
since=$SECONDS
check 'device loss: the link goes' loop_write remote-1-1/enable 0
check 'device loss: the controller goes' wait_for 30 ctrl_gone "$CTRL"
check "device loss: not before 3 s ($((SECONDS - since)) s)" test "$((SECONDS - since))" -ge 3
check 'device loss: for that reason' klog_has 'dev_loss_tmo \(4\) expired'
check 'device loss: the link is back' loop_enable remote-1-1
connected --keep-alive-tmo=30
loop_write remote-1-1/control dev_loss=3600
loop_write remote-1-1/control dev_loss=0
check 'no device loss time: the link goes' loop_write remote-1-1/enable 0
check 'no device loss time: the controller goes at once' wait_for 10 ctrl_gone "$CTRL"
klog_quiet 'no warning'
loop_teardown
done_testing
