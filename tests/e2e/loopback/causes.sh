#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Eight wrong connects: each has words of its own, in the log, in the host's file
# of errors, and in the file of the controller if there is one.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/records.sh"

if [[ ${E2E_HOST:-rust} != rust ]]; then
	skip 'causes in words' 'the C module has an errno'
	done_testing
	exit
fi
OTHERID=99999999-2222-3333-4444-555555555555
OTHERNQN=nqn.2014-08.org.nvmexpress:uuid:$OTHERID
ONCE=ctrl_loss_tmo=1,reconnect_delay=1,nr_io_queues=1

# wrong NAME STATUS CAUSE OPTIONS: nobody is connected; the cause begins so.
wrong() {
	klog_mark
	fabrics_write "$4" > /tmp/answer
	check_show "$1: the log says why" klog_has "$3"
	check "$1: and once more if it is asked" wait_for 30 has_cause "$2" "$3"
	check "$1: no controller is left" wait_for 45 no_ctrls
	check "$1: also when there is no controller" has_cause "$2" "$3"
}

has_cause() {
	host_records errors kind=connect_failure "status=$1" | grep -F " cause=$2" || { cat "$HOST_FILES/errors"; return 1; }
}

loop_load
debugfs_mount
loop_ready 1
loop_remote 2 1
GOOD=$(connect_options "$SUBSYS" 1 "$ONCE")
T=$(target_traddr 1) H=$(host_traddr 1)

wrong 'unknown host port' -2 'host port: not registered; ' "${GOOD/$H/$(host_traddr 9)}"
wrong 'unknown target port' -2 'target port: not registered; ' "${GOOD/$T/$(target_traddr 9)}"
wrong 'no such subsystem' 16770 'Connect of queue 0: the target knows no such subsystem at this port, ' "${GOOD/$SUBSYS/nqn.2026-11.test:none}"

echo 0 > "$NVMET/subsystems/$SUBSYS/attr_allow_any_host"
wrong 'host not allowed' 16772 'Connect of queue 0: this host is not allowed ' "$GOOD"
mkdir "$NVMET/hosts/$HOSTNQN"
nvme gen-dhchap-key --hmac=1 --nqn="$HOSTNQN" > "$NVMET/hosts/$HOSTNQN/dhchap_key"
ln -s "$NVMET/hosts/$HOSTNQN" "$NVMET/subsystems/$SUBSYS/allowed_hosts/$HOSTNQN"
wrong 'wrong secret' -129 'Connect of queue 0: authentication failed, a secret is wrong ' "$GOOD,dhchap_secret=$(nvme gen-dhchap-key --hmac=1 --nqn="$HOSTNQN")"
rm "$NVMET/subsystems/$SUBSYS/allowed_hosts/$HOSTNQN"
rmdir "$NVMET/hosts/$HOSTNQN"
echo 1 > "$NVMET/subsystems/$SUBSYS/attr_allow_any_host"

check 'rejected: rule' loop_fault 'on=host.ls_done code=3 reject=0x09/0x29'
wrong 'LS rejected' -6 'Create Association: rejected by the target, unable to perform command request, insufficient resources; ' "$GOOD"
loop_faults_clear
# Nobody answers: that takes as long as a link service may.
check 'unanswered: rule' loop_fault 'on=host.ls_req code=3 do=lose'
wrong 'LS unanswered' -110 'Create Association: not answered in time; ' "$GOOD"
check 'LS unanswered: it is counted' at_least "$(record_field errors count kind=ls_unanswered)" 1
loop_faults_clear

# A port that is waited for: the controller there knows why, and so does who connects to it meanwhile.
OTHER=${GOOD/"$HOSTNQN"/"$OTHERNQN"}
check 'a good connect' connect "$SUBSYS" 1 --reconnect-delay=1 --ctrl-loss-tmo=600 --nr-io-queues=1
CTRL=$(ctrl_of "$SUBSYS")
is 'a good connect has no cause' "$(fc_attr "$CTRL" last_error)" -
check 'the port goes' loop_write remote-1-1/enable 0
check 'its controller waits' wait_for 20 ctrl_is "$CTRL" connecting
klog_mark
is 'port gone: errno' "$(fabrics_write "${OTHER/hostid=$HOSTID/hostid=$OTHERID}")" ENOENT
check 'port gone: the log says why' klog_has "connect to $T from $H: target port: gone; "
check 'port gone: and once more if it is asked' has_cause -2 'target port: gone; '
is 'port gone: the controller says so too' "$(fc_attr "$CTRL" last_error)" 'target port: gone; see to the link and to the target; the port is waited for'
check 'the port returns' loop_enable remote-1-1
check 'and so does the controller' wait_for 45 ctrl_is "$CTRL" live

note "$(grep -o 'cause=.*' "$HOST_FILES/errors")"
is 'eight causes in all' "$(grep -o 'cause=[^;]*' "$HOST_FILES/errors" | sort -u | wc -l)" 8
"$(dirname "$E2E")/nvmefc/nvmefc" -o json explain > /tmp/explained
is 'nvmefc explain: something failed' "$?" 1
is 'nvmefc explain: the eight' "$(jq -r '.failures[] | select(.what == "connect") | .cause' /tmp/explained | sed 's/ ([0-9]* times)$//' | sort)" \
	"$(grep -o 'cause=[^;]*' "$HOST_FILES/errors" | sed 's/^cause=//; s/ *$//' | sort)"
is 'nvmefc explain: none without what to do' "$(jq '[.failures[] | select(.what == "connect" and (.next_step // "") == "")] | length' /tmp/explained)" 0

# What never ends is one record, and says how often it came.
check 'again and again: rule' loop_fault 'on=host.ls_done code=3 count=4 nth=1 reject=0x0b/0'
records=$(grep -c kind=connect_failure "$HOST_FILES/errors")
put 60 "/sys/class/nvme/$CTRL/reset_controller" 1 2> /dev/null
attempts() {
	local line
	line=$(host_records errors kind=connect_failure "controller=$CTRL" | grep 'command not supported')
	line=${line#* count=}
	at_least "${line%% *}" 3
}
check 'again and again: three times' wait_for 60 attempts
is 'again and again: one record' "$(grep -c kind=connect_failure "$HOST_FILES/errors")" $((records + 1))
check 'again and again: the controller counts them' at_least "$(fc_attr "$CTRL" ls_rejects)" 3
loop_faults_clear
check 'again and again: live in the end' wait_for 45 ctrl_is "$CTRL" live

# Hundreds of commands that fail are a few lines, and one cause.
DISK=$(disk_of "$SUBSYS" 1)
klog_mark
check 'a storm: rule' loop_fault 'on=host.fcp_done queue=1 code=2 nth=1 count=200 status=-5'
LD_LIBRARY_PATH=$FIO_LIBRARIES bounded 60 fio --name=storm --filename="$DISK" --direct=1 --rw=randread --bs=4k --size=2m --ioengine=libaio --iodepth=64 \
	--continue_on_error=all > /dev/null 2>&1 || true
check 'a storm: it struck' struck_at_least 0 10
loop_faults_clear
check 'a storm: live in the end' wait_for 60 ctrl_is "$CTRL" live
check 'a storm: the log names the first cause' klog_has "remote port $T: command of queue [0-9]+: ended by the LLDD with error -5; "
# One that fails before the controller is live again costs an association without a reset; and a controller may be live for
# as long as it takes to give up another.
told_as_often_as_lost() {
	[[ $(klog_count "remote port $T: ") == "$(klog_count 'create association')" ]]
}
wait_for 20 told_as_often_as_lost
losses=$(klog_count 'create association')
is 'a storm: once for each association that it cost' "$(klog_count "remote port $T: ")" "$losses"
check 'a storm: few lines' at_least $((losses * 25 + 30)) "$(klog_count 'NVME-FC|nvme_fc')"
loop_teardown
done_testing
