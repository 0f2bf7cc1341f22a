# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Data: fio with crc32c verification, and comparison with the backing device.

# What fio links with and no test uses, as names alone (tools/setup.d/55-fio.sh).
FIO_LIBRARIES=/job/.guest/fio
# fio ends when this file appears.
FIO_STOP=/tmp/fio-stop

# fio_verify DEVICE BLOCK SIZE [fio options]: mixed random reads and writes from
# two processes on a CPU and in a part of the device of their own, every block
# verified. Prints one summary line; fails on any error.
fio_verify() {
	local device=$1 block=$2 size=$3 status=0
	shift 3
	# Not what an earlier run has left, if this one does not even load.
	rm -f /tmp/fio.json
	LD_LIBRARY_PATH=$FIO_LIBRARIES bounded "${FIO_SECONDS:-120}" fio --name=verify --filename="$device" \
		--direct=1 --ioengine=libaio --rw=randrw --bs="$block" --size="$size" \
		--offset_increment="$size" --numjobs=2 --iodepth=8 --group_reporting \
		--verify=crc32c --verify_fatal=1 --do_verify=1 --output-format=json \
		--cpus_allowed="0-$(($(nproc) - 1))" --cpus_allowed_policy=split \
		--output=/tmp/fio.json "$@" > /tmp/fio.err 2>&1 || status=$?
	fio_summary
	return "$status"
}

# "B MiB read, B MiB written, errors N" of the last run.
fio_summary() {
	# fio puts its warnings ahead of the JSON.
	sed -n '/^{/,$p' /tmp/fio.json 2> /dev/null | jq -re '.jobs | "\(map(.read.io_bytes) | add / 1048576 | floor) MiB read, \(map(.write.io_bytes) | add / 1048576 | floor) MiB written, \(map(.error) | add) errors"' || {
		echo "no fio result"
		tail -n 5 /tmp/fio.err
	}
}

# fio_start DEVICE BLOCK [fio options]: starts fio in the background until
# fio_finish, verifying as it goes. Passes follow one another: without
# serialize_overlap a write of one may be under way together with the next one's
# of the same block, and a reset may change their order.
fio_start() {
	rm -f "$FIO_STOP"
	# Far longer than any script may take: it ends when it is told to.
	FIO_SECONDS=3600 fio_verify "$1" "$2" 8m --time_based --runtime=3600 --verify_backlog=64 --serialize_overlap=1 \
		--trigger-file="$FIO_STOP" --aux-path=/tmp "${@:3}" > /tmp/fio.out 2>&1 &
	FIO_PID=$!
	wait_for 30 io_goes_on "$1"
}

fio_running() {
	running "$FIO_PID"
}

fio_is_stopped() {
	local pid state
	for pid in $(pgrep -x fio); do
		# One that has ended meanwhile submits nothing either.
		read -r _ _ state _ 2> /dev/null < "/proc/$pid/stat" || continue
		[[ $state == [TZX] ]] || return 1
	done
}

# fio_held COMMAND..: runs it while fio, if it runs, submits nothing; what it has submitted stays under way.
fio_held() {
	local status=0
	if [[ ! ${FIO_PID:-} ]] || ! fio_running; then
		"$@"
		return
	fi
	pkill -STOP -x fio
	{ wait_for 30 fio_is_stopped && "$@"; } || status=$?
	pkill -CONT -x fio
	return "$status"
}

# io_count DISK: the reads and writes that it has completed, in IO_COUNT.
io_count() {
	local reads writes
	read -r reads _ _ _ writes _ < "/sys/block/${1##*/}/stat" && IO_COUNT=$((reads + writes))
}

# Waits until I/O completes on the disk.
io_goes_on() {
	io_count "$1" && wait_for "${2:-10}" io_beyond "$1" "$IO_COUNT"
}

io_beyond() {
	io_count "$1" && ((IO_COUNT > $2))
}

# Ends fio_start's run: fails if it has ended by itself, or saw any error.
fio_finish() {
	local status=0
	fio_running || { echo "fio had ended by itself"; status=1; }
	touch "$FIO_STOP"
	reap "${1:-120}" "$FIO_PID" || status=$?
	cat /tmp/fio.out
	# What fio said is ahead of its JSON.
	((status == 0)) || sed '/^{/,$d' /tmp/fio.json | head -n 12
	return "$status"
}

# Whether two block devices or files hold the same bytes, read past the page
# cache: same_bytes NAMESPACE BACKING
same_bytes() {
	sync
	blockdev --flushbufs "$1"
	[[ ! -b $2 ]] || blockdev --flushbufs "$2"
	echo 3 > /proc/sys/vm/drop_caches
	dd if="$1" of=/tmp/same-left iflag=direct bs=1M status=none || return
	cmp "$2" /tmp/same-left || return
	echo "$(stat -c %s /tmp/same-left) bytes are the same"
	rm -f /tmp/same-left
}
