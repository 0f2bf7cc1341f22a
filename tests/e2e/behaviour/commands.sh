#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A controller's attributes, and the kinds of command that fio does not send:
# no-data, admin, failing ones, the largest and the smallest.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

queue_attr() {
	cat "/sys/block/$(basename "$disk")/queue/$1"
}

# The bytes of the disk from OFFSET on are all zero.
zeroes() {
	cmp -n "$2" /dev/zero <(dd if="$disk" iflag=direct,skip_bytes bs=64k skip="$1" count=$(($2 / 65536)) status=none)
}

setup 1
check 'connect' connect "$SUBSYS" 1 --queue-size=32 --keep-alive-tmo=7 --reconnect-delay=3 --ctrl-loss-tmo=90
ctrl=$(ctrl_of "$SUBSYS")
check 'live' wait_for 20 ctrl_is "$ctrl" live
is 'address' "$(ctrl_attr "$ctrl" address)" "traddr=$(target_traddr 1),host_traddr=$(host_traddr 1)"
is 'transport' "$(ctrl_attr "$ctrl" transport)" fc
is 'hostnqn' "$(ctrl_attr "$ctrl" hostnqn)" "$HOSTNQN"
is 'hostid' "$(ctrl_attr "$ctrl" hostid)" "$HOSTID"
is 'sqsize, of queue_size 32' "$(ctrl_attr "$ctrl" sqsize)" 31
is 'kato' "$(ctrl_attr "$ctrl" kato)" 7
is 'reconnect_delay' "$(ctrl_attr "$ctrl" reconnect_delay)" 3
is 'ctrl_loss_tmo' "$(ctrl_attr "$ctrl" ctrl_loss_tmo)" 90
is 'cntrltype' "$(ctrl_attr "$ctrl" cntrltype)" io
check 'ctrl_loss_tmo can be changed' bash -c "echo 60 > /sys/class/nvme/$ctrl/ctrl_loss_tmo"
is 'and shows it' "$(ctrl_attr "$ctrl" ctrl_loss_tmo)" 60

check 'the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
# The LLDD takes 256 segments, of 4 KiB each as the transport counts.
is 'largest transfer in KiB' "$(queue_attr max_hw_sectors_kb)" 1024
is 'most segments' "$(queue_attr max_segments)" 256

yes nvme-fc | head -c 4M > /tmp/pattern
check 'one write of 1 MiB after the other' dd if=/tmp/pattern of="$disk" bs=1M oflag=direct status=none
check 'and reads of 512 bytes' bash -c "dd if=$disk bs=512 count=512 iflag=direct status=none | cmp -n 262144 - /tmp/pattern"
check 'scattered buffers through the page cache' bash -c "echo 3 > /proc/sys/vm/drop_caches; dd if=$disk bs=4M count=1 status=none | cmp - /tmp/pattern"
check 'flush' nvme flush "$disk" -n 1
check 'write zeroes' blkdiscard --zeroout --offset 1M --length 1M "$disk"
check 'they are zero' zeroes 1048576 1048576
check 'discard' blkdiscard --offset 2M --length 1M "$disk"
check 'what is beside them is not' bash -c "dd if=$disk iflag=direct bs=1M count=1 status=none | cmp -n 1048576 - /tmp/pattern"

check 'id-ctrl' nvme id-ctrl "/dev/$ctrl"
check 'it states FC as the transport needs it: SGLs' matches "$OUTPUT" '^sgls *: *0x?[0-9a-f]*[1-9a-f]'
check 'id-ns' nvme id-ns "$disk"
check 'smart-log' nvme smart-log "/dev/$ctrl"
check 'get-feature: number of queues' nvme get-feature "/dev/$ctrl" -f 7
check 'its result is of this controller' matches "$OUTPUT" 'Current value:'
check 'show-regs' nvme show-regs "/dev/$ctrl"

# Commands that fail do so one by one: the association stays.
klog_mark
check 'an unknown admin command is an error' not nvme admin-passthru "/dev/$ctrl" --opcode=0xc1
# Its ERSP then counts the bytes of an earlier command (Documentation/reference/target-transport.rst, 4.A 1).
c_defect target 'a command that is rejected at once breaks the association'
check 'by the controller itself' matches "$OUTPUT" 'INVALID_OPCODE|Invalid Command Opcode|0x4?001'
check 'an unknown I/O command is an error' not nvme io-passthru "$disk" --opcode=0xc1 --namespace-id=1
check 'a read past the end is an error' not nvme read "$disk" --start-block=$((64 * 2048)) --block-count=0 --data-size=512
check 'a log page that is not there is an error' not nvme get-log "/dev/$ctrl" --log-id=0xbf --log-len=512
check 'the controller stays live' ctrl_is "$ctrl" live
c_defect target 'the same'
check 'without a reset' not klog_has_now 'resetting controller|create association'
check 'and data still flows' fio_verify "$disk" 4k 1m

check 'rescan' bash -c "echo 1 > /sys/class/nvme/$ctrl/rescan_controller"
check 'subsystem-reset is refused or survived' bash -c "nvme subsystem-reset /dev/$ctrl; true"
check 'live in the end' wait_for 20 ctrl_is "$ctrl" live
check 'delete through sysfs' bash -c "echo 1 > /sys/class/nvme/$ctrl/delete_controller"
check 'is gone' wait_for 20 ctrl_gone "$ctrl"
teardown
done_testing
