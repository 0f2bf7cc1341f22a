# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# A storm: cycles of one to three events at once, beside verified I/O, a file system and a swap area that lie on the
# disk. What a cycle does follows from STORM_SEED and its number alone, so that a run goes on, or is repeated, at any
# of them: STORM_FIRST, STORM_CYCLES. After each the fabric is made whole, and everything must be well again.
#
# Who sources it, after loop_load, has PATHS; TARGET and REMOTE, by path: the number of its target port, and what the loopback
# calls that port as the host sees it; EVENTS, the names of functions that are called with a path and two numbers; and FAULTS,
# rules of the loopback's fault plan. Then it makes the ports, and calls storm_over.
#
# A process costs a tenth of a second on the instrumented kernel, so that an event is one, and nothing else but fio and the
# writer of files goes on for long. An event that never returns is waited for a limited time (cycle), and then left alone.

STORM_SEED=${STORM_SEED:-1}
STORM_FIRST=${STORM_FIRST:-1}
STORM_CYCLES=${STORM_CYCLES:-100}
# A path that is made again, and each in the beginning. None is given up, none is slow to come back.
STORM_OPTIONS=reconnect_delay=1,ctrl_loss_tmo=3600,keep_alive_tmo=30
STORM_STOP=/tmp/storm-stop
STORM_FILES=/mnt
STORM_GROUP=/sys/fs/cgroup/storm
CPUS=$(nproc)

# path_names PATH: the addresses of its ends, in FROM and TO.
path_names() {
	host_names "$1"
	FROM=$TRADDR
	target_names "${TARGET[$1]}"
	TO=$TRADDR
}

# ctrl_through PATH: its controller, in CTRL.
ctrl_through() {
	local address
	path_names "$1"
	for CTRL in /sys/class/nvme/nvme*; do
		{ read -r address < "$CTRL/address"; } 2> /dev/null || continue
		[[ $address != *"$FROM"* || $address != *"$TO"* ]] || { CTRL=${CTRL##*/}; return; }
	done
	CTRL="no controller of path $1"
	return 1
}

# path_connect PATH [OPTIONS]
path_connect() {
	local file answer=''
	path_names "$1"
	exec {file}<> "$FABRICS"
	echo "transport=fc,traddr=$TO,host_traddr=$FROM,nqn=$SUBSYS,hostnqn=$HOSTNQN,hostid=$HOSTID,$STORM_OPTIONS${2:+,$2}" >&"$file" &&
		read -r answer <&"$file"
	exec {file}>&-
	[[ $answer == instance=* ]] || { echo "path $1: connect: $answer"; return 1; }
}

# alone NAME COMMAND..: two events that want the same follow one another.
alone() {
	local status=0
	until mkdir "/tmp/storm-alone-$1" 2> /dev/null; do nap 50; done
	"${@:2}" || status=$?
	rmdir "/tmp/storm-alone-$1"
	return "$status"
}

# tell PORT WORDS: the loopback, what is to be done to a port.
tell() {
	echo "$2" > "$LOOPBACK/$1/control"
}

# Events. PATH A B.

flap_link() {
	alone "${REMOTE[$1]}" tell "${REMOTE[$1]}" "flap=$((1 + $2 % 3)) down=$((1 + $2 % 300)) up=$((1 + $3 % 300))"
}

flap_target() {
	alone "target-${TARGET[$1]}" tell "target-${TARGET[$1]}" "flap=$((1 + $2 % 2)) down=$((1 + $2 % 500)) up=$((1 + $3 % 300))"
}

# The port may be away: then there is nobody to log out from.
log_out() {
	host_names "$1"
	tell "target-${TARGET[$1]}" "invalidate=$WWPN" || true
}

rescan() {
	alone "${REMOTE[$1]}" tell "${REMOTE[$1]}" rescan
}

# It may be refused: that of a controller that is being reset is. Another event may have taken the controller away.
reset_path() {
	ctrl_through "$1" || return 0
	{ echo 1 > "/sys/class/nvme/$CTRL/reset_controller"; } 2> /dev/null || true
}

# Deleted, and connected with other queues, as soon as there is a port. Never all paths: without one there is no disk.
connect_anew() {
	local path=$((2 + $1 % (PATHS - 1)))
	alone "path-$path" delete_and_connect "$path" "nr_io_queues=$((1 + $2 % CPUS)),queue_size=$((16 << ($3 % 4)))"
}

delete_and_connect() {
	ctrl_through "$1" && wait_for 60 path_delete "$1" && wait_for 60 path_connect "$@"
}
# One that has never been live cannot be deleted yet.
path_delete() {
	ctrl_through "$1" || return 0
	{ echo 1 > "/sys/class/nvme/$CTRL/delete_controller"; } 2> /dev/null && ! ctrl_through "$1"
}

processor() {
	local cpu=/sys/devices/system/cpu/cpu$((1 + $2 % (CPUS - 1)))/online
	echo 0 > "$cpu"
	nap $(($3 % 500))
	echo 1 > "$cpu"
}

policy() {
	local policies=(numa round-robin queue-depth) file
	for file in /sys/class/nvme-subsystem/nvme-subsys*/iopolicy; do
		echo "${policies[$2 % 3]}" > "$file"
	done
}

fault() {
	loop_fault "${FAULTS[$2 % ${#FAULTS[@]}]} nth=$((1 + $3 % 20))"
}

# A process with more memory than its group is to have: the rest goes to the swap area, sooner or later. (With a limit it would
# be killed while there is no path.)
pressure() {
	[[ -e $STORM_GROUP/memory.high ]] || return 0
	echo "$BASHPID" > "$STORM_GROUP/cgroup.procs"
	exec perl -e '$m = pack(q(N), 7) x ($ARGV[0] << 18); substr($m, $_ * 4096, 1) for 0 .. (length($m) >> 12) - 1; exit(unpack(q(N), substr($m, -4)) != 7)' $((9 + $2 % 8))
}

# What lies on the disk.

storm_begin() {
	local n disk
	null_blk_make nullb1 32
	null_blk_make nullb2 32
	namespace_add "$SUBSYS" 2 /dev/nullb1
	namespace_add "$SUBSYS" 3 /dev/nullb2
	for ((n = 1; n <= PATHS; n++)); do
		check "path $n: connect" path_connect "$n"
		check "path $n: live" wait_for 60 path_live "$n"
	done
	for n in 1 2 3; do
		check "namespace $n: a disk" wait_for 60 disk_ready "$SUBSYS" "$n"
	done
	STORM_DISK=$(disk_of "$SUBSYS" 1)
	check 'I/O' fio_start "$STORM_DISK" 16k --thinktime=500ms --thinktime_blocks=16
	disk=$(disk_of "$SUBSYS" 2)
	check 'a file system' mkfs.ext4 -q -F "$disk"
	check 'is mounted' mount -o errors=panic "$disk" "$STORM_FILES"
	rm -f "$STORM_STOP"
	write_files > /tmp/storm-files 2>&1 &
	STORM_WRITER=$!
	disk=$(disk_of "$SUBSYS" 3)
	check 'a swap area' mkswap -q "$disk"
	check 'is in use' swapon "$disk"
	STORM_SWAP=$disk
	STORM_SWAPPED=$(swapped_out)
	mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
	echo +memory > /sys/fs/cgroup/cgroup.subtree_control 2> /dev/null || note 'no memory controller: no pressure'
	mkdir -p "$STORM_GROUP"
	[[ ! -e $STORM_GROUP/memory.high ]] || echo 8M > "$STORM_GROUP/memory.high"
}

# Files of known contents, one after the other, each read again when it is on the disk.
write_files() {
	# shellcheck disable=SC2016 # perl, not shell
	perl -e '
		use IO::Handle;
		my ($stop, $folder) = @ARGV;
		my $n = 0;
		local $/;
		until (-e $stop) {
			my ($text, $name) = (sprintf("%064d", ++$n) x 1024, "$folder/" . $n % 8);
			open(my $new, ">", "$folder/new") or die "file $n: $!\n";
			$new->print($text) && $new->flush && $new->sync or die "file $n: $!\n";
			rename("$folder/new", $name) or die "file $n: $!\n";
			open(my $old, "<", $name) or die "file $n: $!\n";
			# fadvise64, POSIX_FADV_DONTNEED: what is read is on the disk.
			syscall(221, fileno($old), 0, 0, 4) == 0 or die "file $n: $!\n";
			<$old> eq $text or die "file $n is not as it was written\n";
			select(undef, undef, undef, 1);
		}
		print "$n files\n"' "$STORM_STOP" "$STORM_FILES"
}

storm_end() {
	touch "$STORM_STOP"
	check_show 'every file was as it was written' reap 300 "$STORM_WRITER"
	note "$(tail -n 2 /tmp/storm-files)"
	check_show 'fio saw no error' fio_finish 300
	note "$(($(swapped_out) - STORM_SWAPPED)) pages went to the swap area"
	check 'the swap area is given back' bounded 120 swapoff "$STORM_SWAP"
	check 'the file system is given back' umount "$STORM_FILES"
	check 'it is intact' e2fsck -fn "$(disk_of "$SUBSYS" 2)"
	rmdir "$STORM_GROUP"
}

# swapped_out: pages, since the guest has booted.
swapped_out() {
	awk '$1 == "pswpout" { print $2 }' /proc/vmstat
}

path_live() {
	ctrl_through "$1" && ctrl_is "$CTRL" live
}

# made_whole: nothing is lost, held or offline any more.
made_whole() {
	local n
	loop_faults_clear && loop_write control give_up || return
	for ((n = 1; n < CPUS; n++)); do
		echo 1 > "/sys/devices/system/cpu/cpu$n/online"
	done
}

# well: every path is in service, I/O goes on, and no contract was broken.
well() {
	local n line books
	for ((n = 1; n <= PATHS; n++)); do
		wait_for 120 path_live "$n" || { echo "path $n: $CTRL $(ctrl_attr "$CTRL" state)"; return 1; }
	done
	fio_running || { echo 'fio has ended'; return 1; }
	running "$STORM_WRITER" || { cat /tmp/storm-files; return 1; }
	io_goes_on "$STORM_DISK" 60 || { echo 'I/O stands still'; return 1; }
	# Line by line, read would have the page made anew for each.
	mapfile -t books < "$LOOPBACK/books"
	for line in "${books[@]}"; do
		[[ $line != offence* ]] || { echo "$line"; return 1; }
	done
	((${#books[@]} > 0))
}

# cycle NUMBER: its events, all at once, and what they leave.
cycle() {
	local event count n a b pids=() pid
	# The generator of a shell of its own would begin elsewhere: the numbers are drawn here.
	RANDOM=$(((STORM_SEED * 7919 + $1) % 32768))
	# Seeds that follow one another begin alike.
	: "$RANDOM$RANDOM$RANDOM"
	CYCLE=
	for ((count = 1 + RANDOM % 3; count > 0; count--)); do
		event=${EVENTS[RANDOM % ${#EVENTS[@]}]} n=$((1 + RANDOM % PATHS)) a=$RANDOM b=$RANDOM
		CYCLE+="${CYCLE:+, }$event $n $a $b"
		"$event" "$n" "$a" "$b" > "/tmp/storm-event-$count" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		if ! wait_for 300 not running "$pid" || ! wait "$pid"; then
			cat /tmp/storm-event-*
			return 1
		fi
	done
	made_whole && well
}

# storm: all cycles, if the beginning was well; ends at the first that is not survived, and says how to have it again.
storm() {
	local n failed=$TAP_FAILED
	((failed == 0)) || return
	for ((n = STORM_FIRST; n < STORM_FIRST + STORM_CYCLES; n++)); do
		cycle "$n" > /tmp/storm-cycle 2>&1 || { fail "cycle $n: $CYCLE" "$(< /tmp/storm-cycle)"; break; }
		((n % 10 != 0)) || note "storm: seed $STORM_SEED, cycle $n"
	done
	if [[ $TAP_FAILED == "$failed" ]]; then
		pass "$STORM_CYCLES cycles from $STORM_FIRST on, seed $STORM_SEED"
	else
		note "again: STORM_SEED=$STORM_SEED STORM_FIRST=$n STORM_CYCLES=1"
	fi
}

# storm_over: all of it, over ports that are there, to the end of the script.
storm_over() {
	short_timeouts 5
	storm_begin
	storm
	storm_end
	default_timeouts
	loop_teardown
	null_blk_remove nullb1
	null_blk_remove nullb2
	done_testing
}
