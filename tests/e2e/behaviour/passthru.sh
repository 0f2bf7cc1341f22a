#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A target that hands commands on to a controller of its own (nvmet's passthru),
# which here is one of nvme-loop's.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

INNER=nqn.2026-11.test:inner
OUTER=nqn.2026-11.test:outer
PASSTHRU=$NVMET/subsystems/$OUTER/passthru

# id_ctrl nvmeN NAME: a field of Identify Controller.
id_ctrl() {
	nvme id-ctrl "/dev/$1" | sed -n "s/^$2 *: *//p"
}

setup 1
check 'nvme-loop' modprobe nvme-loop
null_blk_make nullb1 32
subsystem_make "$INNER"
namespace_add "$INNER" 1 /dev/nullb1
mkdir "$NVMET/ports/9"
echo loop > "$NVMET/ports/9/addr_trtype"
port_link 9 "$INNER"
check 'a controller to pass through' bounded 60 nvme connect -t loop -n "$INNER" --hostnqn "$HOSTNQN" --hostid "$HOSTID"
inner=$(ctrl_of "$INNER")
check 'it is live' wait_for 20 ctrl_is "$inner" live
subsystem_make "$OUTER"
printf '/dev/%s' "$inner" > "$PASSTHRU/device_path"
# Its namespaces are on this host twice.
echo 1 > "$PASSTHRU/clear_ids"
check 'the target passes commands on' bash -c "echo 1 > $PASSTHRU/enable"
port_link 1 "$OUTER"

check 'connect' connect "$OUTER" 1
outer=$(ctrl_of "$OUTER")
check 'live' wait_for 20 ctrl_is "$outer" live
is 'it is the other in what it says of itself' "$(id_ctrl "$outer" sn)" "$(id_ctrl "$inner" sn)"
check 'the disk appears' wait_for 20 disk_ready "$OUTER" 1
disk=$(disk_of "$OUTER" 1)
check_show 'data' fio_verify "$disk" 4k 1m
check_show 'large data' fio_verify "$disk" 256k 2m
check 'what the device has' same_bytes "$disk" /dev/nullb1
check 'flush' nvme flush "$disk" -n 1
check 'discard' blkdiscard --length 1M "$disk"
check 'smart-log' nvme smart-log "/dev/$outer"
klog_mark
check 'an unknown admin command is an error' not nvme admin-passthru "/dev/$outer" --opcode=0xc1
check 'and an unknown I/O command' not nvme io-passthru "$disk" --opcode=0xc1 --namespace-id=1
check 'without a reset' not klog_has_now 'resetting controller|create association'
check 'I/O' fio_start "$disk" 16k
check 'reset under it' reset_ctrl "$outer"
check 'live after it' wait_for 20 ctrl_is "$outer" live
check 'reset of the other' reset_ctrl "$inner"
check 'live after it, too' wait_for 20 ctrl_is "$inner" live
check 'I/O goes on' io_goes_on "$disk" 30
check_show 'without an error' fio_finish
check 'disconnect' disconnect "$OUTER"
port_unlink 1 "$OUTER"
check 'the target gives it up' bash -c "echo 0 > $PASSTHRU/enable"
subsystem_remove "$OUTER"
check 'the other disconnects' disconnect "$INNER"
check 'it is gone' wait_for 20 ctrl_gone "$inner"
port_remove 9
subsystem_remove "$INNER"
check 'nvme-loop goes' unload nvme_loop
teardown
null_blk_remove nullb1
done_testing
