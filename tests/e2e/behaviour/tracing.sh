#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The events of both transports: what a connect, a read, a write, a reset, the loss and the return of a port, a disconnect
# and the end of the ports tell is what golden/trace.txt has.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

TRACING=/sys/kernel/tracing
# Of a length that nothing else reads or writes.
IO_BYTES=12288
mountpoint -q "$TRACING" || mount -t tracefs none "$TRACING"

part() {
	echo "== $1" > "$TRACING/trace_marker"
}

# The events of the part at hand.
events() {
	awk '/== / { text = "" } / nvmet?_fc_/ { text = text $0 "\n" } END { printf "%s", text }' "$TRACING/trace"
}

# Each of the patterns is in the part at hand.
saw() {
	local text pattern
	text=$(events)
	for pattern; do
		matches "$text" "$pattern" || return
	done
}

# heard NUMBER: of so many changes of the discovery log, at least, in the part at hand.
heard() {
	[[ $(events | grep -c 'nvme_fc_discovery: ') -ge $1 ]]
}

trace_on() {
	echo "$1" > "$TRACING/events/nvme_fc/enable" && echo "$1" > "$TRACING/events/nvmet_fc/enable"
}

aen_waits='nvmet_fc_cmd_execute: .*.Asynchronous Event Request.'
# The end of an association, as both sides tell it.
ended=('nvmet_fc_association: change=freed' 'nvme_fc_ls_done: ls=.Disconnect' 'nvme_fc_ls_response: ls=.Disconnect'
	'nvmet_fc_cmd_release: .*.Asynchronous Event Request.')

modprobe nvme_fabrics
modprobe nvmet
base=$(refcounts)
modprobe -a nvme_fc nvmet_fc
echo 20000 > "$TRACING/buffer_size_kb"
echo > "$TRACING/trace"
check 'events are switched on' trace_on 1
setup 1
BASE_REFCOUNTS=$base

# Of its port, and of the subsystem, which fcloop tells it from a work item.
check 'the host has heard of what setup made' wait_for 20 heard 2
check 'events are switched off while the modules are in use' trace_on 0
check 'and on again' trace_on 1
part connect
check 'connect' connect "$SUBSYS" 1 --nr-io-queues=1 --keep-alive-tmo=0 --reconnect-delay=30 --ctrl-loss-tmo=600
ctrl=$(ctrl_of "$SUBSYS")
check 'connect: the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
check 'connect: the controller waits for events' wait_for 20 saw "$aen_waits"
disk=$(disk_of "$SUBSYS" 1)
part read
check 'read' dd if="$disk" of=/dev/null bs="$IO_BYTES" count=1 iflag=direct
check 'read: both sides are through' wait_for 20 saw 'nvmet_fc_cmd_release: .*=.Read.'
part write
check 'write' dd if=/dev/zero of="$disk" bs="$IO_BYTES" count=1 oflag=direct
check 'write: both sides are through' wait_for 20 saw 'nvmet_fc_cmd_release: .*=.Write.'
part reset
check 'reset' reset_ctrl "$ctrl"
check 'reset: there is a new association, and the old one is gone' wait_for 20 saw "$aen_waits" "${ended[@]}"
part 'port lost'
remote_port_del 1
check 'port lost: the controller waits for it' wait_for 20 saw 'nvme_fc_recovery: step=reconnect' 'nvmet_fc_abort: '
part 'port returns'
remote_port_add 1 1
check 'port returns: there is an association' wait_for 20 saw "$aen_waits" 'nvme_fc_association: change=made'
part disconnect
check 'disconnect' disconnect "$SUBSYS"
check 'disconnect: the association is gone' wait_for 20 saw "${ended[@]}"
# With it goes the association of before the loss, of whose end fcloop tells nobody.
part 'ports go'
fabric_down 1
check 'ports go: they are gone' wait_for 20 saw "${ended[0]}" "${ended[2]}" \
	'nvmet_fc_port: change=delete' 'nvme_fc_port: change=unregister .*remoteport=-1'
check 'events are switched off' trace_on 0

awk -v io="$IO_BYTES" -f "$E2E/lib/trace-normal.awk" < "$TRACING/trace" > /tmp/trace-normal
check 'the events are those of golden/trace.txt' diff -u "$E2E/golden/trace.txt" /tmp/trace-normal
# To make that file anew: what the console has behind "golden".
[[ ! ${E2E_GOLDEN:-} ]] || sed 's/^/golden /' /tmp/trace-normal
if command -v trace-cmd > /dev/null; then
	# It reads the fields by their types, and the words by the format of each event, which cannot hold a double quote.
	check 'trace-cmd takes the events' trace-cmd extract -o /tmp/trace.dat
	trace-cmd report -i /tmp/trace.dat | awk -v io="$IO_BYTES" -f "$E2E/lib/trace-normal.awk" > /tmp/trace-normal
	check 'trace-cmd says the same' diff -u "$E2E/golden/trace.txt" /tmp/trace-normal
fi

part off
fabric_up 1
check 'without events: connect' connect "$SUBSYS" 1
is 'without events: none is told' "$(events)" ""
teardown
done_testing
