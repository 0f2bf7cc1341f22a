#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every connect argument that is refused: its errno, and a line in the kernel's
# log that says why. Options go to /dev/nvme-fabrics as they are.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

T=$(target_traddr 1)
H=$(host_traddr 1)
COMMON=nqn=$SUBSYS,hostnqn=$HOSTNQN,hostid=$HOSTID

# refused NAME ERRNO REGEXP OPTIONS
refused() {
	klog_mark
	is "$1: errno" "$(fabrics_write "$4")" "$2"
	[[ -z ${SILENT_IN_C:-} ]] || c_defect host 'no word in the log'
	check "$1: a log line" klog_has "$3"
}

# An address where ours goes; the other one is right.
bad_traddr() {
	refused "traddr: $1" "$2" "$3" "transport=fc,traddr=$4,host_traddr=$H,$COMMON"
}

# accepted NAME OPTIONS: connects, and goes away again.
accepted() {
	check "$1: accepted" matches "$(fabrics_write "$2")" '^instance=[0-9]+,cntlid=[0-9]+$'
	check "$1: live" wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
	disconnect "$SUBSYS" > /dev/null
	wait_for 20 no_ctrls_of "$SUBSYS"
}

setup 1
short_timeouts 5

BAD='bad traddr'
NN=$(target_wwnn 1) PN=$(target_wwpn 1)
bad_traddr 'one digit short' EINVAL "$BAD" "${T%?}"
bad_traddr 'one digit long' EINVAL "$BAD" "${T}0"
bad_traddr 'empty' EINVAL "$BAD|invalid|missing" ''
bad_traddr 'no prefixes' EINVAL "$BAD" "$NN:$PN"
bad_traddr 'upper-case prefixes' EINVAL "$BAD" "NN-$NN:PN-$PN"
bad_traddr 'pn before nn' EINVAL "$BAD" "pn-$PN:nn-$NN"
bad_traddr '0x in the first name alone' EINVAL "$BAD" "nn-$NN:pn-${PN#0x}"
bad_traddr '0x in the second name alone' EINVAL "$BAD" "nn-${NN#0x}:pn-$PN"
bad_traddr 'upper-case 0X' EINVAL "$BAD" "nn-0X${NN#0x}:pn-0X${PN#0x}"
bad_traddr 'not hexadecimal' EINVAL "$BAD" "nn-0x10001100ab00000g:pn-$PN"
SILENT_IN_C=1 bad_traddr 'a WWNN of zero' EINVAL "$BAD" "nn-0x0000000000000000:pn-$PN"
SILENT_IN_C=1 bad_traddr 'a WWPN of zero' EINVAL "$BAD" "nn-$NN:pn-0x0000000000000000"
for separator in - . x ' '; do
	c_defect host 'the separator is not looked at'
	klog_mark
	is "traddr: separator '$separator': errno" "$(fabrics_write "transport=fc,traddr=nn-$NN${separator}pn-$PN,host_traddr=$H,$COMMON")" EINVAL
	c_defect host 'the separator is not looked at'
	check "traddr: separator '$separator': a log line" klog_has "$BAD"
	disconnect_all
done
refused 'host_traddr: one digit short' EINVAL "$BAD" "transport=fc,traddr=$T,host_traddr=${H%?},$COMMON"
SILENT_IN_C=1 refused 'host_traddr: a WWNN of zero' EINVAL "$BAD" "transport=fc,traddr=$T,host_traddr=nn-0x0000000000000000:pn-$(host_wwpn 1),$COMMON"

NOTFOUND='combination not found'
bad_traddr 'an unknown WWPN' ENOENT "$NOTFOUND" "nn-$NN:pn-0x20001100ab0000ff"
bad_traddr 'an unknown WWNN' ENOENT "$NOTFOUND" "nn-0x10001100ab0000ff:pn-$PN"
bad_traddr "the host's own port" ENOENT "$NOTFOUND" "$H"
refused 'host_traddr: unknown' ENOENT "$NOTFOUND" "transport=fc,traddr=$T,host_traddr=$(host_traddr 9),$COMMON"
refused 'both addresses swapped' ENOENT "$NOTFOUND" "transport=fc,traddr=$H,host_traddr=$T,$COMMON"
host_port_add 2
refused 'a local port without that remote port' ENOENT "$NOTFOUND" "transport=fc,traddr=$T,host_traddr=$(host_traddr 2),$COMMON"

remote_port_add 3 1 0x10
SILENT_IN_C=1 refused 'a remote port that is an initiator only' EBADR "$(target_wwpn 3)|not.*(target|role)" "transport=fc,traddr=$(target_traddr 3),host_traddr=$H,$COMMON"
remote_port_del 3
refused 'a remote port that went away' ENOENT "$NOTFOUND" "transport=fc,traddr=$(target_traddr 3),host_traddr=$H,$COMMON"
host_port_del 2

refused 'no traddr' EINVAL 'traddr' "transport=fc,host_traddr=$H,$COMMON"
refused 'no host_traddr' EINVAL 'host_traddr' "transport=fc,traddr=$T,$COMMON"
refused 'no nqn' EINVAL 'nqn' "transport=fc,traddr=$T,host_traddr=$H,hostnqn=$HOSTNQN,hostid=$HOSTID"
refused 'no transport' EINVAL 'transport' "traddr=$T,host_traddr=$H,$COMMON"
refused 'an unknown option' EINVAL 'unknown parameter' "$(connect_options "$SUBSYS" 1 nonsense=1)"
# A keyring that exists: the core looks it up before it asks what is allowed.
keyring=$((16#$(awk '$8 == "keyring" && $9 == ".nvme:" { print $1 }' /proc/keys)))
check 'there is a keyring for NVMe' test "$keyring" -gt 0
for option in trsvcid=4420 host_iface=eth0 nr_write_queues=1 nr_poll_queues=1 tos=1 hdr_digest data_digest tls concat "keyring=$keyring" "tls_key=$keyring"; do
	refused "option ${option/$keyring/N}" EINVAL 'invalid parameter|key|nvme_fabrics' "$(connect_options "$SUBSYS" 1 "$option")"
done

accepted '43 characters' "$(connect_options "$SUBSYS" 1)"
accepted '39 characters' "transport=fc,traddr=nn-${NN#0x}:pn-${PN#0x},host_traddr=nn-10001100aa000001:pn-20001100aa000001,$COMMON"
accepted 'upper-case digits' "transport=fc,traddr=nn-0x10001100AB000001:pn-0x20001100AB000001,host_traddr=nn-0x10001100AA000001:pn-0x20001100AA000001,$COMMON"
accepted 'every option that is allowed' "$(connect_options "$SUBSYS" 1 queue_size=16,nr_io_queues=1,keep_alive_tmo=10,reconnect_delay=3,ctrl_loss_tmo=30,fast_io_fail_tmo=10,disable_sqflow)"

check 'a first connect' connect "$SUBSYS" 1
SILENT_IN_C=1 refused 'the same connect again' EALREADY 'already|duplicate|exists' "$(connect_options "$SUBSYS" 1)"
check 'the same with duplicate_connect' matches "$(fabrics_write "$(connect_options "$SUBSYS" 1 duplicate_connect)")" '^instance='
other=99999999-2222-3333-4444-555555555555
check 'another host' matches "$(fabrics_write "transport=fc,traddr=$T,host_traddr=$H,nqn=$SUBSYS,hostnqn=nqn.2014-08.org.nvmexpress:uuid:$other,hostid=$other")" '^instance='
is 'three controllers' "$(ctrls_of "$SUBSYS" | wc -l)" 3
disconnect_all

# The subsystem is not there: as the C module, the connect succeeds and goes on
# in the background; a refusal that stands (DNR) ends it.
klog_mark
check 'an unknown subsystem' matches "$(fabrics_write "$(connect_options nqn.2026-11.test:none 1 ctrl_loss_tmo=4,reconnect_delay=1)")" '^instance=|^E'
check 'an unknown subsystem: the log says so' klog_has 'nqn.2026-11.test:none'
check 'an unknown subsystem: its controller goes away' wait_for 20 no_ctrls
default_timeouts
teardown
done_testing
