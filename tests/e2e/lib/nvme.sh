# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# The host's controllers: connect, look at, disconnect.

HOSTNQN=nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555
HOSTID=11111111-2222-3333-4444-555555555555
DISCOVERY_NQN=nqn.2014-08.org.nvmexpress.discovery
FABRICS=/dev/nvme-fabrics

# connect NQN PORT [nvme-cli's options]: host port N to target port N.
connect() {
	local WWNN WWPN TRADDR to nqn=$1 port=$2
	shift 2
	target_names "$port"
	to=$TRADDR
	host_names "$port"
	bounded 60 nvme connect -t fc -n "$nqn" -a "$to" -w "$TRADDR" --hostnqn "$HOSTNQN" --hostid "$HOSTID" "$@"
}

# The option string of a connect, as nvme-cli would write it.
connect_options() {
	local WWNN WWPN TRADDR to
	target_names "$2"
	to=$TRADDR
	host_names "$2"
	echo "transport=fc,traddr=$to,host_traddr=$TRADDR,nqn=$1,hostnqn=$HOSTNQN,hostid=$HOSTID${3:+,$3}"
}

# Writes OPTIONS to /dev/nvme-fabrics and prints what came back: the name of the
# errno, or "instance=N,cntlid=M".
fabrics_write() {
	# shellcheck disable=SC2016 # perl, not shell
	bounded 60 perl -e '
		use Errno;
		open(my $f, "+<", $ARGV[0]) or die "open: $!\n";
		if (!defined(syswrite($f, $ARGV[1]))) {
			my ($name) = sort grep { $!{$_} } keys %!;
			print "$name\n";
			exit;
		}
		sysread($f, my $answer, 256);
		print $answer =~ s/\n//r, "\n";' "$FABRICS" "$1"
}

# connect_raw NQN PORT [OPTIONS]: prints nvmeN. Unlike nvme-cli it does not mind a
# first attempt that fails and goes on in the background.
connect_raw() {
	local answer
	answer=$(fabrics_write "$(connect_options "$@")")
	[[ $answer == instance=* ]] || { echo "$answer" >&2; return 1; }
	answer=${answer#instance=}
	echo "nvme${answer%%,*}"
}

# The controllers of a subsystem, one nvmeN a line.
ctrls_of() {
	local dir nqn
	for dir in /sys/class/nvme/nvme*; do
		{ read -r nqn < "$dir/subsysnqn"; } 2> /dev/null || continue
		[[ $nqn != "$1" ]] || echo "${dir##*/}"
	done
}

ctrl_of() {
	local dir nqn
	for dir in /sys/class/nvme/nvme*; do
		{ read -r nqn < "$dir/subsysnqn"; } 2> /dev/null || continue
		[[ $nqn != "$1" ]] || { echo "${dir##*/}"; return; }
	done
}

ctrl_attr() {
	cat "/sys/class/nvme/$1/$2" 2> /dev/null
}

ctrl_is() {
	local state
	{ read -r state < "/sys/class/nvme/$1/state"; } 2> /dev/null && [[ $state == "$2" ]]
}

ctrl_gone() {
	[[ ! -e /sys/class/nvme/$1 ]]
}

no_ctrls_of() {
	[[ -z $(ctrls_of "$1") ]]
}

no_ctrls() {
	! compgen -G '/sys/class/nvme/nvme*' > /dev/null
}

# The block device that carries namespace NSID of a subsystem: /dev/nvmeXnY.
# The hidden disks of the single paths (nvmeXcYnZ) are passed over.
disk_of() {
	local head nsid nqn
	for head in /sys/block/nvme*n*; do
		[[ -e $head && ${head##*/} != *c* ]] || continue
		{ read -r nsid < "$head/nsid" && read -r nqn < "$head/device/subsysnqn"; } 2> /dev/null || continue
		[[ $nsid == "$2" && $nqn == "$1" ]] || continue
		echo "/dev/${head##*/}"
		return
	done
	return 1
}

disk_ready() {
	local disk
	disk=$(disk_of "$1" "$2") && [[ -b $disk ]]
}

disconnect() {
	bounded 60 nvme disconnect -n "$1"
}

# Deletes every controller there is; used on the way out of a script.
disconnect_all() {
	local ctrl
	for ctrl in /sys/class/nvme/nvme*; do
		[[ ! -e $ctrl ]] || put 60 "$ctrl/delete_controller" 1 2> /dev/null || true
	done
	wait_for 60 no_ctrls
}

# reset_ctrl nvmeN: returns when the reset work has run and its result is known.
reset_ctrl() {
	put 60 "/sys/class/nvme/$1/reset_controller" 1
}
