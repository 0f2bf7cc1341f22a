# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# nvmefc explain: failures in words, with what to do.

nvmefc explain
ends 'explain: something failed' 1
says 'explain: what, when, why, and what to do' 'controller nvme1, 12 s ago: Connect: the subsystem does not allow this host' 'allowed_hosts' \
	'connect to nqn.2026-11.test:b, 40 s ago: host port: not registered (2 times)' '  -> compare host_traddr with nvmefc ports' \
	"port lost $TARGET2" 'rejects received: 1 link service rejected by targets: invalid host' 'rejects sent: 2 link services of targets rejected: logical error' \
	"target port $TARGET2 is not bound" 'LS rejected target: host is gone: 2 times'
silent_of 'explain: nothing of what did not happen' nvme0 'connection unknown'
nvmefc -o json explain
json_is 'explain as JSON' "[x for x in d['failures'] if x['who'] == 'nvme1' and x['age'] == 12 and 'allowed_hosts' in x['next_step']]"

rm "$FIXTURE"/sys/kernel/debug/nvme*_fc/{errors,associations}
sed -i /lost/d "$FIXTURE/sys/kernel/debug/nvme_fc/ports"
sed -i /nvmet_port=-/d "$FIXTURE/sys/kernel/debug/nvmet_fc/ports"
: >"$FIXTURE/dmesg"
nvmefc explain
ends 'explain: nothing failed' 0
says 'explain: says so' 'nothing failed'
rmdir "$FIXTURE"/sys/module/nvme_fc/holders/*
nvmefc explain
ends 'explain: no driver of an HBA' 1
says 'explain: which to load' 'no HBA driver uses nvme_fc' lpfc_enable_fc4_type

machine
rm -r "$FIXTURE"/sys/kernel/debug/*
load nvme_fc c '' lpfc
load nvmet_fc c '' lpfc
nvmefc explain
ends 'explain with C modules' 1
says 'explain with C modules: whose they are, and the log' "nvme_fc is the kernel's C module, which keeps no failures" 'combination not found' 'Reconnect attempt failed (16770)'
silent_of 'explain with C modules: no line of what went well' 'connect complete'
unload nvme_fc
unload nvmet_fc
nvmefc explain
ends 'explain: nothing loaded' 2
