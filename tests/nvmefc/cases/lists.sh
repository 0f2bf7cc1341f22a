# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# nvmefc ports and associations: from debugfs, and from what everybody may read.

nvmefc ports
ends 'ports: all there is' 0
says 'ports: of the host' "local port 0  $HOST1  id 0x000001  by nvme_fcloop  online  2 remote ports" \
	"  remote port 0  $TARGET1  id 0x000002  target,discovery  online  1 controller" 'lost, given up in 34 s'
says 'ports: of the target, with its hosts' "target port 0  $TARGET1  id 0x000002  by nvme_fcloop  online  nvmet port 1  1 association" \
	"  host 0  $HOST1  valid  1 association" 'no nvmet port'
nvmefc -o json ports
json_is 'ports as JSON' "len(d['ports']) == 6 and d['ports'][2]['dev_loss_remaining'] == 34 and d['ports'][1]['dev_loss_remaining'] is None and d['notes'] == []"

nvmefc associations
ends 'associations: all there is' 0
says 'associations: of the host' 'nvme0  live  association 0x00000000deadbeef  3 queues of 32 entries  for 3 min' 'nqn.2026-11.test:a%20%22b' \
	'3 attempts to connect since' 'last failure, 12 s ago: Connect: the subsystem does not allow this host'
says 'associations: of the target' 'target port 0  live  association 0x00000000deadbeef, number 0' 'host nqn.2014-08.org:h at' 'controller 1'
nvmefc associations -o json
json_is 'associations as JSON' "len(d['associations']) == 3 and d['associations'][0]['subsysnqn'] == 'nqn.2026-11.test:a \"b' and d['associations'][0]['last_error'] is None and d['associations'][1]['last_error'].endswith('this host')"

line sys/kernel/debug/nvme_fc/associations $'controller=nvme0 state=live subsysnqn=a%1b%zz%e9b association_id=- last_error=\e[31mred'
nvmefc associations
silent_of 'associations: no byte that a terminal obeys' $'\e'
nvmefc -o json associations
json_is 'associations as JSON: control characters are escaped' "d['associations'][0]['subsysnqn'] == 'a\x1b%zz%e9b'"

# Hundreds of ports.
for n in {1..300}; do echo "kind=remoteport localport=0 remoteport=$n host_traddr=$HOST1 traddr=$TARGET2 state=online controllers=0"; done >"$FIXTURE/sys/kernel/debug/nvme_fc/ports"
nvmefc ports
is 'ports: 300 of them' "$(grep -c 'remote port' <<<"$said")" 300

# The C modules: sysfs alone.
rm -r "$FIXTURE/sys/kernel/debug/nvme_fc" "$FIXTURE/sys/kernel/debug/nvmet_fc" "$FIXTURE/sys/class/nvme/nvme0/fc"
line sys/kernel/debug/block ''
load nvme_fc c ''
load nvmet_fc c ''
line sys/class/fc_host/host3/port_name 0x20001100aa000001
line sys/class/fc_host/host3/node_name 0x10001100aa000001
line sys/class/fc_host/host3/port_state Online
line sys/class/scsi_host/host3/proc_name lpfc
nvmefc ports
ends 'ports of C modules: incomplete' 1
says 'ports of C modules: says why, and shows what sysfs has' 'has no files in' "local port -  $HOST1  by lpfc  online" "remote port -  $TARGET1 from $HOST1  1 controller" "target port -  $TARGET1  nvmet port 1"
nvmefc associations
ends 'associations of C modules: incomplete' 1
says 'associations of C modules: the controllers' 'nvme0  live' "from $HOST1 to $TARGET1"
silent_of 'associations of C modules: no counts that nobody has' recover abort
nvmefc -o json associations
json_is 'associations of C modules as JSON' "d['associations'][0]['controller'] == 'nvme0' and len(d['notes']) == 2"

unload nvme_fc
unload nvmet_fc
nvmefc ports
ends 'ports: nothing loaded' 2
