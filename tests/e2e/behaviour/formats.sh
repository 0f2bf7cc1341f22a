#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Namespaces of other formats: blocks of 4096 bytes, a namespace whose format
# changes, and zones, with what only those have.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

# queue_is DISK NAME VALUE
queue_is() {
	[[ $(< "/sys/block/${1##*/}/queue/$2") == "$3" ]]
}

# pointer ZONE: how many sectors of it are written.
pointer() {
	blkzone report --offset "$(($1 * ZONE))" --count 1 "$disk" | sed -n 's/.* wptr \(0x[0-9a-f]*\).*/\1/p'
}

# Sectors of a zone.
ZONE=$((4 * 2048))
setup 1
null_blk_make nullb1 32 blocksize=4096
null_blk_make nullb2 64 zoned=1 zone_size=4
check 'connect' connect "$SUBSYS" 1
ctrl=$(ctrl_of "$SUBSYS")
check 'namespace 1' wait_for 20 disk_ready "$SUBSYS" 1
check 'its blocks have 512 bytes' queue_is "$(disk_of "$SUBSYS" 1)" logical_block_size 512

namespace_add "$SUBSYS" 2 /dev/nullb1
check '4096 bytes: the namespace appears' namespace_appears "$SUBSYS" 2
disk=$(disk_of "$SUBSYS" 2)
check '4096 bytes: its blocks' queue_is "$disk" logical_block_size 4096
check '4096 bytes: no smaller read' not dd if="$disk" of=/dev/null iflag=direct bs=512 count=1 status=none
check_show '4096 bytes: data' fio_verify "$disk" 4k 1m
check_show '4096 bytes: larger data' fio_verify "$disk" 64k 2m
check '4096 bytes: what the target has' same_bytes "$disk" /dev/nullb1
check '4096 bytes: write zeroes' blkdiscard --zeroout --offset 1M --length 1M "$disk"
check '4096 bytes: discard' blkdiscard --offset 2M --length 1M "$disk"

# Another format under the same number.
namespace_remove "$SUBSYS" 1
check 'the format changes: the old one goes' wait_for 20 not disk_of "$SUBSYS" 1
namespace_remove "$SUBSYS" 2
check 'the format changes: and its device is free' wait_for 20 not disk_of "$SUBSYS" 2
namespace_add "$SUBSYS" 1 /dev/nullb1
check 'the format changes: the new one appears' namespace_appears "$SUBSYS" 1
disk=$(disk_of "$SUBSYS" 1)
check 'the format changes: its blocks' queue_is "$disk" logical_block_size 4096
check 'the format changes: reset' reset_ctrl "$ctrl"
check 'the format changes: live after it' wait_for 20 ctrl_is "$ctrl" live
check_show 'the format changes: data' fio_verify "$disk" 16k 1m

namespace_add "$SUBSYS" 3 /dev/nullb2
check 'zones: the namespace appears' namespace_appears "$SUBSYS" 3
disk=$(disk_of "$SUBSYS" 3)
check 'zones: it is known for what it is' queue_is "$disk" zoned host-managed
is 'zones: how many' "$(blkzone report "$disk" | wc -l)" 16
yes nvme-fc | head -c 1M > /tmp/pattern
check 'zones: a write where one begins' dd if=/tmp/pattern of="$disk" bs=64k oflag=direct,seek_bytes seek=$((ZONE * 512)) count=16 status=none
is 'zones: its pointer moves' "$(($(pointer 1)))" 2048
check 'zones: it can be read' cmp -n 1048576 /tmp/pattern <(dd if="$disk" bs=64k iflag=direct,skip_bytes skip=$((ZONE * 512)) count=16 status=none)
klog_mark
check 'zones: a write elsewhere is an error' not dd if=/tmp/pattern of="$disk" bs=64k oflag=direct,seek_bytes seek=$((2 * ZONE * 512 + 65536)) count=1 status=none
check 'zones: without a reset' not klog_has_now 'resetting controller|create association'
head -c 4096 /tmp/pattern > /tmp/block
check 'zones: append' nvme zns zone-append "$disk" --zslba=$ZONE --data-size=4096 --data=/tmp/block
is 'zones: where the last write ended' "$(($(pointer 1)))" 2056
check 'zones: finish' blkzone finish --offset $((3 * ZONE)) --length $ZONE "$disk"
check 'zones: a full zone takes nothing' not dd if=/tmp/pattern of="$disk" bs=4k oflag=direct,seek_bytes seek=$((3 * ZONE * 512)) count=1 status=none
check 'zones: reset of the controller' reset_ctrl "$ctrl"
check 'zones: live after it' wait_for 20 ctrl_is "$ctrl" live
is 'zones: the pointer is where it was' "$(($(pointer 1)))" 2056
check 'zones: reset' blkzone reset "$disk"
is 'zones: all are empty' "$(($(pointer 1)))" 0
teardown
null_blk_remove nullb1
null_blk_remove nullb2
done_testing
