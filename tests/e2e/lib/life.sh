# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The life of one controller, over port 1 to $SUBSYS, for scripts that live it
# many times.

# one_life N: what nvme-cli does, without its start-up: a write to
# /dev/nvme-fabrics, and one to delete_controller. 64 KiB go to the disk and come
# back, other bytes each time, and another of 16 places, as null_blk takes memory
# for a place when it is first written.
one_life() {
	local ctrl disk
	ctrl=$(connect_raw "$SUBSYS" 1) || { echo "cycle $1: connect failed"; return 1; }
	wait_for 30 disk_ready "$SUBSYS" 1 || { echo "cycle $1: no disk"; return 1; }
	disk=$(disk_of "$SUBSYS" 1)
	printf '%01024d' "$1"{1..64} > /tmp/pattern
	if ! dd if=/tmp/pattern of="$disk" bs=64k oflag=direct seek=$(($1 % 16)) status=none ||
		! dd if="$disk" of=/tmp/readback bs=64k iflag=direct skip=$(($1 % 16)) count=1 status=none ||
		! cmp /tmp/pattern /tmp/readback; then
		echo "cycle $1: the data is not what was written"
		return 1
	fi
	echo 1 > "/sys/class/nvme/$ctrl/delete_controller" || { echo "cycle $1: disconnect failed"; return 1; }
	wait_for 30 ctrl_gone "$ctrl" || { echo "cycle $1: the controller stays"; return 1; }
}
