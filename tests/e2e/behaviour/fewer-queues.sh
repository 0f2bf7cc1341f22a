#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The target gives fewer queues than before, and requests wait in those that
# are to go, on the only path that there is: they go out on the queues that
# stay, and the controller comes back into service without an I/O error.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

CPUS=$(nproc)

in_service_with() {
	ctrl_is "$1" live && [[ $(ctrl_attr "$1" queue_count) == "$2" ]]
}

# The target forces a reconnect when the attribute is written.
qid_max() {
	echo "$1" > "$NVMET/subsystems/$SUBSYS/attr_qid_max"
}

setup 1
is 'there is no other path' "$(cat /sys/module/nvme_core/parameters/multipath)" N
qid_max "$CPUS"
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1 --queue-size=32
ctrl=$(ctrl_of "$SUBSYS")
check "as many queues as processors" wait_for 20 in_service_with "$ctrl" $((CPUS + 1))
check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
# More requests than a queue has entries, from each processor.
check 'fio starts' fio_start "$disk" 4k --numjobs="$CPUS" --iodepth=48
for n in 1 "$CPUS" 2 1; do
	check "$n queues are left" qid_max "$n"
	check "$n queues: in service" wait_for 25 in_service_with "$ctrl" $((n + 1))
	check "$n queues: I/O goes on" wait_for 20 io_goes_on "$disk"
done
check_show 'fio saw no error' fio_finish
check 'disconnect' disconnect "$SUBSYS"
teardown
done_testing
