#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# nvmet ports and target ports find each other in any order; what cannot be bound
# gets its errno; local ports register once.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

# The name of the errno with which a port could not be enabled, or "bound".
bind_result() {
	perl -e '
		use Errno;
		if (symlink($ARGV[0], $ARGV[1])) { print "bound\n"; exit }
		my ($name) = sort grep { $!{$_} } keys %!;
		print "$name\n";' "$NVMET/subsystems/$SUBSYS" "$NVMET/ports/$1/subsystems/$SUBSYS"
}

# refused NAME ERRNO TRADDR [TRTYPE ADRFAM]
refused() {
	mkdir "$NVMET/ports/9"
	echo "${4:-fc}" > "$NVMET/ports/9/addr_trtype"
	echo "${5:-fc}" > "$NVMET/ports/9/addr_adrfam"
	echo "$3" > "$NVMET/ports/9/addr_traddr"
	is "nvmet port: $1" "$(bind_result 9)" "$2"
	port_remove 9
}

# The errno's name of a write to fcloop's control files.
ctl_errno() {
	perl -e '
		use Errno;
		open(my $f, ">", $ARGV[0]) or die;
		if (defined(syswrite($f, $ARGV[1]))) { print "done\n"; exit }
		my ($name) = sort grep { $!{$_} } keys %!;
		print "$name\n";' "$FCLOOP/$1" "$2"
}

live_now() {
	ctrl_is "$(ctrl_of "$SUBSYS")" live
}

setup 1
T=$(target_traddr 1)
refused 'a WWN that no target port has' ENXIO "$(target_traddr 7)"
refused 'a target port that is bound already' EALREADY "$T"
refused 'an address that is none' EINVAL garbage
refused 'an address cut short' EINVAL "${T%?}"
refused 'an address with one digit more' EINVAL "${T}0"
refused 'an address with 0x in one half only' EINVAL "nn-$(target_wwnn 1):pn-2000${T#*pn-0x2000}"
refused 'another sign in the place of the first hyphen' EINVAL "nn,${T#nn-}"
refused 'another address family' EINVAL "$T" fc ipv4
klog_mark
refused 'an address that is none, once more' EINVAL nn-0x1
check 'the log says so' klog_has 'bad traddr'

target_port_add 4
mkdir "$NVMET/ports/4"
echo fc > "$NVMET/ports/4/addr_trtype"
echo fc > "$NVMET/ports/4/addr_adrfam"
echo 'nn-10001100AB000004:pn-20001100AB000004' > "$NVMET/ports/4/addr_traddr"
is '39 characters in upper case' "$(bind_result 4)" bound
check 'unbound' port_unlink 4 "$SUBSYS"
is 'bound again' "$(bind_result 4)" bound
port_remove 4
# As some installations have it, because the C module never minded.
klog_mark
mkdir "$NVMET/ports/4"
echo fc > "$NVMET/ports/4/addr_trtype"
echo fc > "$NVMET/ports/4/addr_adrfam"
T4=$(target_traddr 4)
echo "${T4/:/,}" > "$NVMET/ports/4/addr_traddr"
is 'a comma between the names' "$(bind_result 4)" bound
port_unlink 4 "$SUBSYS"
is 'and once more' "$(bind_result 4)" bound
c_defect target 'no word in the log'
check 'the log says how it is spelled' klog_has 'addr_traddr.*nn-0x.*:pn-0x'
c_defect target 'no word in the log'
is 'and that once' "$(klog_count 'addr_traddr.*nn-0x.*:pn-0x')" 1
port_remove 4
check 'the target port goes when it is unbound' target_port_del 4

# The target port comes and goes under a bound nvmet port: configfs stays as it is.
check 'connect' connect "$SUBSYS" 1 --reconnect-delay=1
check 'live' wait_for 20 live_now
for round in 1 2 3; do
	check "round $round: target port deleted" target_port_del 1
	check "round $round: remote port deleted" remote_port_del 1
	check "round $round: target port registered again" target_port_add 1
	check "round $round: remote port registered again" remote_port_add 1 1
	check "round $round: bound by itself, the controller is live again" wait_for 40 live_now
done
check 'the disk is there' wait_for 20 disk_ready "$SUBSYS" 1
check 'data' fio_verify "$(disk_of "$SUBSYS" 1)" 16k 1m

# Every association that was made was unmade.
disconnect_all
balanced() {
	[[ $(grep -c 'nvmet_fc: .*Association created' "$KLOG") == $(grep -c 'nvmet_fc: .*Association freed' "$KLOG") ]]
}
check 'the target freed every association that it created' wait_for 30 balanced

klog_mark
is 'a local port that exists already' "$(ctl_errno add_local_port "wwnn=$(host_wwnn 1),wwpn=$(host_wwpn 1)")" EEXIST
c_defect host 'no word in the log'
check 'is named in the log' klog_has "$(host_wwpn 1)|$(printf '%s' "$(host_wwpn 1)" | cut -c3-)"
check 'it is none the worse' connect "$SUBSYS" 1
check 'live on it' wait_for 20 live_now
teardown
done_testing
