#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the host shows of itself: every record of two local ports, six remote
# ports and two controllers; values that move with what happens to them; books
# that balance; who may read; and that each file is documented.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/loopback-trial.sh"
. "$E2E/lib/records.sh"

if [[ ${E2E_HOST:-rust} != rust ]]; then
	skip 'files of the host' 'the C module has none'
	done_testing
	exit
fi
ODD='nqn.2026-11.test:odd name'
loop_load
debugfs_mount
check 'the files are there before any port' diff <(ls "$HOST_FILES") <(printf '%s\n' associations errors ports queues)
is 'no port: no record' "$(cat "$HOST_FILES"/{ports,associations,queues})" ''
check 'no port: the books are empty' books_add_up 0

loop_local 1 fcaddr=0x010203
loop_local 2 'fcaddr=0xfffffe device=platform'
for target in 1 2 3; do
	loop_target "$target"
	port_make "$target"
	port_link "$target" "$SUBSYS"
	for host in 1 2; do
		loop_remote "$target" "$host" "fcaddr=0x0${target}0${host}00 dev_loss=$((target * 40))"
	done
done
remote_line() {
	echo "kind=remoteport localport=$(($2 - 1)) remoteport=$(($1 - 1)) host_traddr=$(host_traddr "$2") traddr=$(target_traddr "$1") port_id=0x0${1}0${2}00 role=${5:-target,discovery} state=$3 dev_loss_tmo=$(($1 * 40)) dev_loss_remaining=- controllers=$4 delete_callback=-"
}
local_line() {
	echo "kind=localport localport=$(($1 - 1)) host_traddr=$(host_traddr "$1") port_id=$2 lldd=$3 state=online remoteports=3 delete_callback=-"
}
ports_wanted() {
	local target
	local_line 1 0x010203 -
	for target in 1 2 3; do remote_line "$target" 1 online "$((target == 1))"; done
	local_line 2 0xfffffe platform
	for target in 1 2 3; do remote_line "$target" 2 online "$((target == 3))"; done
}

connect_to() {
	nvme connect -t fc -n "$SUBSYS" -a "$(target_traddr "$1")" -w "$(host_traddr "$2")" --hostnqn "$HOSTNQN" --hostid "$HOSTID" \
		--nr-io-queues=1 --queue-size=16 --reconnect-delay=1 --ctrl-loss-tmo=120 --keep-alive-tmo=0
}
check 'connect: target 1 by host 1' connect_to 1 1
check 'connect: target 3 by host 2' connect_to 3 2
check 'disk' wait_for 20 disk_ready "$SUBSYS" 1
DISK=$(disk_of "$SUBSYS" 1)
ctrl_at() {
	local dir
	for dir in /sys/class/nvme/nvme*; do
		[[ $(< "$dir/address") != "traddr=$(target_traddr "$1"),"* ]] || echo "${dir##*/}"
	done
}
A=$(ctrl_at 1) B=$(ctrl_at 3)
check_show 'ports: every record' diff "$HOST_FILES/ports" <(ports_wanted)

# What differs from run to run.
settled() {
	sed -E 's/(association_id|connection_id)=0x[0-9a-f]{12}/\1=0xRANDOM/; s/ age=[0-9]+ / age=N /; s/commands_issued=[1-9][0-9]*/commands_issued=N/' "$HOST_FILES/$1"
}
association_line() {
	echo "controller=$1 localport=$(($3 - 1)) remoteport=$(($2 - 1)) host_traddr=$(host_traddr "$3") traddr=$(target_traddr "$2") subsysnqn=$SUBSYS state=live association_id=0xRANDOM0000 queues=2 queue_entries=16 age=N associations_made=1 recoveries=0 attempt=0 ls_rejects=0 aborts=0 ersp_errors=0 last_error_age=- last_error=-"
}
queue_line() {
	echo "controller=$1 qid=$2 connection_id=0xRANDOM000$2 entries=$3 state=live commands_issued=N"
}
check_show 'associations: every record' diff <(settled associations) <(association_line "$A" 1 1; association_line "$B" 3 2)
check_show 'queues: every record' diff <(settled queues) <(for n in "$A" "$B"; do queue_line "$n" 0 32; queue_line "$n" 1 16; done)
check 'controllers and uses are in the books' has_record errors kind=controller accepted=2 released=0 outstanding=2
check 'associations are uses of ports' has_record errors kind=port_use outstanding=2
check 'the books add up' books_add_up

# I/O counts are sequence numbers: a thousand reads are a thousand commands.
issued() {
	local all=0 n
	for n in $(host_records queues qid=1 | grep -o 'commands_issued=[0-9]*'); do all=$((all + ${n#*=})); done
	echo "$all"
}
before=$(issued)
check '1000 reads' dd if="$DISK" of=/dev/null iflag=direct bs=4k count=1000 status=none
check 'queues: 1000 commands more' at_least "$(issued)" "$((before + 1000))"
check 'queues: and no more' at_least "$((before + 1000))" "$(issued)"

# Who may read what.
is 'debugfs: for root alone' "$(stat -c %a "$HOST_FILES"/* | sort -u)" 400
is 'sysfs: for everybody' "$(stat -c %a "/sys/class/nvme/$A/fc"/* | sort -u)" 444
check 'sysfs: nobody reads' setpriv --reuid=65534 --regid=65534 --clear-groups cat "/sys/class/nvme/$A/fc"/*
check 'sysfs: the association is that of debugfs' has_record associations "controller=$A" "association_id=$(fc_attr "$A" association_id)"
is 'sysfs: the port is online' "$(fc_attr "$A" remote_port_state) $(fc_attr "$A" dev_loss_remaining)" 'online -'
is 'sysfs: no failure' "$(fc_attr "$A" last_error) $(fc_attr "$A" ls_rejects) $(fc_attr "$A" aborts) $(fc_attr "$A" ersp_errors)" '- 0 0 0'

# What is there is documented, and what is documented is there.
check 'debugfs: as documented' documented /sys/kernel/debug/nvme_fc/ "$HOST_FILES"/*
shown=("/sys/class/nvme/$A/fc"/*)
shown=("${shown[@]##*/}")
shown=("${shown[@]/#//sys/class/nvme/nvmeX/fc/}")
check 'sysfs: as documented' documented /sys/class/nvme/nvmeX/fc/ "${shown[@]}"
for file in /sys/class/fc/fc_udev_device/{nvme_discovery,appid_store}; do
	[[ ! -e $file ]] || check "${file##*/}: documented" grep -qF " $file " <<< " $E2E_ABI "
done

# A port that goes is lost as long as it is waited for; one that nobody waits for is deleted.
check 'flap: the port goes' loop_write remote-1-1/enable 0
check 'flap: lost' wait_for 10 has_record ports remoteport=0 localport=0 state=lost controllers=1
left=$(record_field ports dev_loss_remaining remoteport=0 localport=0)
check 'flap: seconds are left' at_least 40 "${left:-none}"
check 'flap: and more than none' at_least "$left" 1
is 'flap: sysfs says so' "$(fc_attr "$A" remote_port_state)" lost
check 'flap: sysfs has the seconds' at_least "$(fc_attr "$A" dev_loss_remaining)" 1
check 'flap: why, in words' grep -q '^target port: gone; ' "/sys/class/nvme/$A/fc/last_error"
check 'flap: no association' wait_for 10 has_record associations "controller=$A" association_id=- queues=0 age=-
check 'flap: the port returns' loop_enable remote-1-1
check 'flap: live' wait_for 45 ctrl_is "$A" live
check 'flap: counted' wait_for 10 has_record associations "controller=$A" associations_made=2 recoveries=1 attempt=0
check 'flap: the reason stays' grep -q '^target port: gone; ' "/sys/class/nvme/$A/fc/last_error"
is 'flap: the other one has seen nothing' "$(fc_attr "$B" last_error)" -

# moves NAME ATTRIBUTE LAST_ERROR KIND RULE..: a read with that rule in force; the
# attribute and the count of that kind go up, and the last failure is named.
moves() {
	local name=$1 attribute=$2 text=$3 kind=$4 before count
	shift 4
	klog_mark
	before=$(fc_attr "$A" "$attribute")
	count=$(record_field errors count "kind=$kind")
	loop_faults_clear
	check "$name: rule" loop_fault "$@"
	check "$name: the read is done in the end" dd if="$DISK" of=/dev/null iflag=direct bs=4k count=1 status=none
	check "$name: it struck" wait_for 10 struck_at_least 0 1
	loop_faults_clear
	check "$name: live" wait_for 45 ctrl_is "$A" live
	check "$name: $attribute moves" at_least "$(fc_attr "$A" "$attribute")" "$((before + 1))"
	check "$name: and so does the count" at_least "$(record_field errors count "kind=$kind")" "$((${count:-0} + 1))"
	is "$name: in debugfs too" "$(record_field associations "$attribute" "controller=$A")" "$(fc_attr "$A" "$attribute")"
	check_show "$name: why" grep -E "$text" "/sys/class/nvme/$A/fc/last_error"
	is "$name: debugfs has the same words" "$(record_text associations "controller=$A")" "$(fc_attr "$A" last_error)"
	check "$name: the log has them" klog_has "remote port $(target_traddr 1): $text"
	is "$name: once" "$(klog_count "remote port $(target_traddr 1): ")" 1
}
# One path, so that it is taken, and one that times out soon.
check 'disconnect' disconnect_all
check 'no record' wait_for 30 not grep -q . "$HOST_FILES/associations"
short_timeouts 5
check 'connect anew' connect_to 1 1
check 'the disk again' wait_for 20 disk_ready "$SUBSYS" 1
A=$(ctrl_of "$SUBSYS") DISK=$(disk_of "$SUBSYS" 1)
READ='code=2 nth=1'
moves 'a bad response' ersp_errors 'command of queue 1: a response that does not fit it; ' ersp_error "on=host.fcp_done $READ length=32 field=ersp.iu_len:8 field=ersp.xfrd_len:4096 field=ersp.result:1"
moves 'an odd response' ersp_errors 'command of queue 1: a response of 7 bytes' ersp_error "on=host.fcp_done $READ length=7"
moves 'a command lost' aborts 'command of queue 1: not answered in time, aborted; ' abort "on=host.fcp_io $READ do=lose"
check 'a command lost: its timeout is counted' at_least "$(record_field errors count kind=timeout)" 1
default_timeouts

klog_mark
check 'a reject: no rule is left' loop_faults_clear
check 'a reject: rule' loop_fault 'on=host.ls_done code=3 nth=1 reject=0x42/0x46'
put 60 "/sys/class/nvme/$A/reset_controller" 1 2> /dev/null
check 'a reject: live in the end' wait_for 45 ctrl_is "$A" live
loop_faults_clear
is 'a reject: ls_rejects moves' "$(fc_attr "$A" ls_rejects)" 1
is 'a reject: why' "$(fc_attr "$A" last_error)" "Create Association: rejected by the target, invalid parameters, invalid subsystem NQN; see the target's log"
check 'a reject: the count' has_record errors kind=reject direction=received reason=invalid_parameters count=1
check 'a reject: the failure is kept' has_record errors kind=connect_failure "controller=$A" count=1 status=-6 "traddr=$(target_traddr 1)"

# A name that is no word stays one.
fabrics_write "$(connect_options "$ODD" 2 nr_io_queues=1)" > /dev/null
check 'an odd name: the failure is kept' wait_for 20 has_record errors kind=connect_failure "subsysnqn=${ODD// /%20}" "traddr=$(target_traddr 2)"
check 'disconnect' disconnect_all
check 'nothing is left of them' wait_for 20 not grep -q . "$HOST_FILES/associations"
is 'and no queue' "$(cat "$HOST_FILES/queues")" ''
check 'the books: nothing is outstanding' wait_for 30 books_add_up 0

# More records than a page has bytes.
for target in {10..29}; do loop_remote "$target" 1; done
is 'no page limit' "$(grep -c kind=remoteport "$HOST_FILES/ports")" 26
check 'no page limit: every line is whole' not grep -Ev '^kind=(local|remote)port .* (remoteports|controllers)=[0-9]+ delete_callback=-$' "$HOST_FILES/ports"

# A file that is open keeps the module: it is closed by a table in there.
before=$(< /sys/module/nvme_fc/refcnt)
exec {open}< "$HOST_FILES/ports"
is 'an open file keeps the module' "$(< /sys/module/nvme_fc/refcnt)" "$((before + 1))"
exec {open}<&-
is 'and no longer' "$(< /sys/module/nvme_fc/refcnt)" "$before"
nvmet_clear
check 'the ports go away' loop_down
is 'no port: no record again' "$(cat "$HOST_FILES/ports")" ''
loop_teardown
check 'the files go with the module' test ! -e "$HOST_FILES"
done_testing
