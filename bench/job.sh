#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# job.sh STEP..: in the guest, beside tests/e2e and what bench/run has put into its folder: ours modules, mark. A step is
# `WHO LLDD/ASSOCIATIONS PASS WHAT..`: with the C modules (c) or ours (rust), over fcloop, inline (nvme-fc-loopback that
# completes in the call), readrsp (with READDATA_RSP besides) or device (with a DMA device), so many controllers, and
#
#   RW:BS:DEPTH:IOS  so many I/Os of fio's, spread over all controllers, counted beside FEW of them
#   life             connect, reset and disconnect of a few more controllers
#   many:N           connect and disconnect of the controllers there are, and of as many with N there; I/Os then
#   memory           prints what a controller and an exchange take
#
# Each counted part is a phase, as counts.py reads its name.
set -euo pipefail
export E2E=/job/e2e E2E_LLDD=fcloop
tools=$PWD
FEW=100
WARM=500
LIVES=32
IDLE_MSECS=40000
LIMITS=/sys/kernel/debug/nvmet_fc/limits
DISKS=64
HOSTID=11111111-2222-3333-4444-555555555555
for file in wait books nvmet; do
	# shellcheck source=/dev/null
	source "$E2E/lib/$file.sh"
done

# phase NAME COMMAND..: counts what the kernel does meanwhile. What came before has settled by then: the clock follows the
# instructions, so that waiting costs nothing.
phase() {
	nap 300
	"$tools/mark" "begin $1"
	"${@:2}"
	"$tools/mark" end
}

# load WHO LLDD: the modules, and proof that they are the right ones.
load() {
	local file needed ours=''
	for file in nvme-fc nvmet-fc; do
		if [[ $1 == c ]]; then
			modprobe "$file"
		else
			for needed in $(modinfo -F depends "$tools/$file.ko" | tr , ' '); do modprobe "$needed"; done
			insmod "$tools/$file.ko"
			ours=O
		fi
		file=/sys/module/${file//-/_}/taint
		[[ $(tr -dc O <"$file") == "$ours" ]] || { echo "job.sh: $file does not show the $1 module"; exit 1; }
	done
	case $2 in
	fcloop) E2E_LLDD=fcloop; modprobe nvme_fcloop ;;
	*) E2E_LLDD=loopback; modprobe configfs; insmod "$tools/nvme-fc-loopback.ko" ;;
	esac
	E2E_LOOPBACK_HOST='device=none complete=inline' E2E_LOOPBACK_TARGET='device=none complete=inline'
	case $2 in
	readrsp) E2E_LOOPBACK_TARGET+=' read_rsp=1' ;;
	device) E2E_LOOPBACK_HOST='device=platform complete=inline' E2E_LOOPBACK_TARGET=$E2E_LOOPBACK_HOST ;;
	esac
	# shellcheck source=/dev/null
	source "$E2E/lib/fabric.sh"
	fabric_up 1
	port_make 1
	connected=0
	# Where each module's code begins; its functions only if somebody is to read of them.
	{
		sed -n 's/^\([^ ]*\) .* 0x\([0-9a-f]*\).*/\2 t text\t[\1]/p' /proc/modules
		[[ ! ${BENCH_NAMES:-} ]] || grep '\[nvme' /proc/kallsyms
	} >/tmp/modules
	"$tools/mark" modules </tmp/modules
}

unload() {
	disconnect_all
	rm "$NVMET"/ports/1/subsystems/*
	port_remove 1
	fabric_down 1
	wait_for 20 rmmod "$LLDD_MODULE"
	wait_for 20 rmmod nvme_fc
	wait_for 20 rmmod nvmet_fc
}

# subsystems FIRST LAST: on the port, as long as the port is there; a disk of its own for each controller. By few processes.
subsystems() {
	local n new=() links=()
	for ((n = $1; n <= $2; n++)); do
		[[ -d $NVMET/subsystems/bench-$n ]] || new+=("$NVMET/subsystems/bench-$n")
		[[ -L $NVMET/ports/1/subsystems/bench-$n ]] || links+=("$NVMET/subsystems/bench-$n")
	done
	((${#new[@]} == 0)) || mkdir "${new[@]}" "${new[@]/%//namespaces/1}"
	for n in "${new[@]}"; do
		echo 1 >"$n/attr_allow_any_host"
		echo /dev/nullb0 >"$n/namespaces/1/device_path"
		echo 1 >"$n/namespaces/1/enable"
	done
	((${#links[@]} == 0)) || ln -s "${links[@]}" "$NVMET/ports/1/subsystems/"
}

# connect NUMBER [OPTIONS]: so many controllers more. Each is asked for in one write, and is there when that returns.
connect() {
	local n fabrics answer
	for ((n = connected + 1; n <= connected + $1; n++)); do
		exec {fabrics}<>/dev/nvme-fabrics
		printf 'transport=fc,traddr=%s,host_traddr=%s,nqn=%s,hostnqn=nqn.2014-08.org.example:bench,hostid=%s,%s' \
			"$(target_traddr 1)" "$(host_traddr 1)" "bench-$n" "$HOSTID" "keep_alive_tmo=0${2:+,$2}" >&"$fabrics"
		read -r answer <&"$fabrics"
		exec {fabrics}>&-
		[[ $answer == instance=* ]] || { echo "job.sh: connect: $answer"; exit 1; }
	done
	connected=$((connected + $1))
}

disks_are() {
	local disks=(/dev/nvme*n1)
	[[ -b ${disks[0]} && ${#disks[@]} == "$1" ]]
}

none_left() {
	! compgen -G '/sys/class/nvme/nvme*' >/dev/null
}

# disconnect NUMBER: so many controllers, those that came last.
disconnect() {
	local ctrl nqn
	for ctrl in /sys/class/nvme/nvme*; do
		{ read -r nqn <"$ctrl/subsysnqn"; } 2>/dev/null || continue
		((${nqn#bench-} <= connected - $1)) || echo 1 >"$ctrl/delete_controller"
	done
	connected=$((connected - $1))
}

disconnect_all() {
	disconnect "$connected"
	wait_for 30 none_left
}

reset() {
	local ctrls=(/sys/class/nvme/nvme*) ctrl
	for ctrl in "${ctrls[@]:0:$1}"; do echo 1 >"$ctrl/reset_controller"; done
}

# after_a_look: the target looks at each association every ten seconds, and gives memory back that no command has used since
# the last look but one. That costs as much as an I/O for every slot: a look that is counted by chance is a difference between
# repeats. So what is counted comes right after one, and is over long before the next.
after_a_look() {
	[[ -e $LIMITS ]] || return 0
	dd if="$(compgen -G '/dev/nvme*n1')" of=/dev/null iflag=direct bs=64k count=1 status=none
	kept
	wait_for 60 less_is_kept "$KEPT"
}
# kept: bytes that stay with slots, in KEPT.
kept() {
	local words
	while read -ra words; do
		[[ ${words[0]} != limit=kept_data ]] || KEPT=${words[2]#used=}
	done <"$LIMITS"
}
less_is_kept() {
	kept
	((KEPT < $1))
}

# to_the_end COMMAND..: with what it leaves to work items.
to_the_end() {
	"$@"
	nap 1000
}

# warm RW BS: the target's slots get memory for more than a page, which they keep, when they are used for the first time. So
# they are beforehand, by as many commands at once as there are, which a slow disk keeps; a fast one then comes to the last
# slot, which the host has no command for while the others are in use. Nothing has happened for a while before that: the fast
# disk leaves its share of the tags to the slow one then, and slots have no memory of before.
# With 4 KiB the fast one is enough: a page is soon there.
warm() {
	if [[ $2 == 4k ]]; then
		after_a_look
	else
		nap "$IDLE_MSECS"
		after_a_look
		namespace_add bench-1 2 /dev/slow
		wait_for 30 slow_is
		fio_to "$(compgen -G '/dev/nvme*n2')" "$1" "$2" 128 "$WARM"
		# Who connects to both at once may call either n1.
		namespace_remove bench-1 2
		wait_for 30 slow_is_not
	fi
	ios "$1" "$2" 128 "$WARM"
}
slow_is() {
	compgen -G '/dev/nvme*n2' >/dev/null
}
slow_is_not() {
	! slow_is
}

# ios RW BS DEPTH NUMBER: to DISKS disks at most.
ios() {
	local files disks=(/dev/nvme*n1)
	files=$(printf ':%s' "${disks[@]:0:DISKS}")
	fio_to "${files:1}" "$@"
}

# fio_to FILES RW BS DEPTH NUMBER: fio keeps no statistics of these disks: it would look for each of them among all. From huge
# pages, so that the pieces of a buffer do not depend on what memory was free. Two I/Os that happen to follow each other on
# the disk stay two: one of 256 KiB is nothing that a slot keeps.
fio_to() {
	local file
	for file in /sys/block/nvme*n*/queue/nomerges; do echo 2 >"$file"; done
	LD_LIBRARY_PATH=/job/.guest/fio fio --name=bench --filename="$1" --direct=1 --ioengine=io_uring --rw="$2" \
		--bs="$3" --iodepth="$4" --number_ios="$5" --size=1g --norandommap --randrepeat=1 \
		--iomem=mmaphuge --disk_util=0 --minimal >/tmp/fio.out || { cat /tmp/fio.out; exit 1; }
}

# free_kib: memory that nobody has, once what can be dropped is. What the slots of idle queues keep, some pages each, they
# have still; a minute later the machine has done more than they have given back.
free_kib() {
	nap 2000
	echo 3 >/proc/sys/vm/drop_caches
	nap 2000
	# Some MiB are on processors' own lists, more or fewer each time.
	awk '/^ +nr_free_pages / { pages += $2 } /^ +count:/ { pages += $2 } END { print 4 * pages }' /proc/zoneinfo
}

# memory WHO: of 32 controllers beside none, and of their exchanges: queues of 128 entries beside queues of 16.
memory() {
	local none small large
	subsystems 1 32
	disconnect_all
	# What the first one leaves behind stays.
	connect 32; wait_for 30 disks_are 32; disconnect_all
	none=$(free_kib)
	connect 32 queue_size=16; wait_for 30 disks_are 32
	small=$(free_kib)
	disconnect_all
	connect 32 queue_size=128; wait_for 30 disks_are 32
	large=$(free_kib)
	echo "memory $1 association $(((none - large) * 1024 / 32))"
	echo "memory $1 exchange $(((small - large) * 1024 / 32 / 112))"
	disconnect_all
}

# many WHO LLDD PASS TOTAL: what one of FEW controllers costs, and one of TOTAL. Small queues, so that all have memory.
many() {
	local few=$connected
	disconnect_all
	subsystems 1 "$4"
	phase "$1 $2/$few connect $3 $few" to_the_end connect "$few" queue_size=16
	connect $(($4 - 2 * few)) queue_size=16
	wait_for 120 disks_are $(($4 - few))
	phase "$1 $2/$4 connect $3 $few" to_the_end connect "$few" queue_size=16
	wait_for 120 disks_are "$4"
	# Slots that had a command of the connect give their memory back, once two looks have found them idle.
	nap "$IDLE_MSECS"
	ios randread 4k 64 "$WARM"
	ios_counted "$1 $2/$4" randread 4k 64 "$3" 2000
	phase "$1 $2/$4 disconnect $3 $few" to_the_end disconnect "$few"
	disconnect $(($4 - 2 * few))
	phase "$1 $2/$few disconnect $3 $few" to_the_end disconnect "$few"
	wait_for 120 none_left
}

# ios_counted SETUP RW BS DEPTH PASS NUMBER
ios_counted() {
	local number
	for number in "$FEW" $((FEW + $6)); do
		phase "$1 $2:$3:$4 $5 $number" ios "$2" "$3" "$4" "$number"
	done
}

# step WHO LLDD/ASSOCIATIONS PASS WHAT..
step() {
	local who=$1 setup=$2 pass=$3 what event rw bs depth number
	shift 3
	load "$who" "${setup%/*}"
	subsystems 1 "${setup#*/}"
	connect "${setup#*/}"
	wait_for 30 disks_are "${setup#*/}"
	for what in "$@"; do
		case $what in
		life)
			subsystems $((connected + 1)) $((connected + LIVES))
			for event in connect reset disconnect; do
				phase "$who $setup $event $pass $LIVES" to_the_end "$event" "$LIVES"
			done
			;;
		memory) memory "$who" ;;
		many:*) many "$who" "${setup%/*}" "$pass" "${what#*:}" ;;
		*)
			IFS=: read -r rw bs depth number <<<"$what"
			# Of many the slots are too many, and the looks fall into every run.
			((connected > 1)) || warm "$rw" "$bs"
			ios_counted "$who $setup" "$rw" "$bs" "$depth" "$pass" "$number"
			;;
		esac
	done
	unload
	echo "done: $who $setup, pass $pass"
}

echo "about kernel $(uname -r)"
echo "about built $(sed -E 's/.*\((\S*gcc\S*) \(([^)]*)\).*/\1, \2/' /proc/version)"
"$tools/mark" symbols </proc/kallsyms
# 32 MiB: 64 buffers of 128 KiB, and what is rounded up.
echo 16 >/proc/sys/vm/nr_hugepages
# Who runs when is not to depend on what is counted: a worker of the LLDD's that costs less than its share of the processor
# interrupts fio at each submission, one that costs more waits for fio, and what a module saves comes back as switches of tasks.
debugfs_mount
echo NO_WAKEUP_PREEMPTION >/sys/kernel/debug/sched/features
modprobe nvmet
modprobe null_blk nr_devices=1 gb=1 memory_backed=0
configfs_mount
null_blk_make slow 1024 memory_backed=0 irqmode=2 completion_nsec=20000000 hw_queue_depth=128
for words in "$@"; do
	# shellcheck disable=SC2086 # words
	step $words
done
nvmet_clear
