#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# In-band authentication: the right secret connects, a wrong one or none does not
# and is not tried for ever.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

make_key() {
	nvme gen-dhchap-key --hmac=1 --nqn="$HOSTNQN"
}

# A controller that was refused: none is left, none was ever live.
refused() {
	local name=$1
	shift
	klog_mark
	bounded 60 nvme connect -t fc -n "$SUBSYS" -a "$(target_traddr 1)" -w "$(host_traddr 1)" --hostnqn "$HOSTNQN" --hostid "$HOSTID" --reconnect-delay=1 --ctrl-loss-tmo=20 "$@" > /tmp/connect.out 2>&1
	check "$name: the controller goes away" wait_for 20 no_ctrls
	check "$name: the log says why" klog_has 'auth|key|secret|-EKEYREJECTED|-129|-126|is not allowed|DNR|dhchap'
	[[ ! ${LAST_WORDS:-} ]] || check "$name: the C module's last words" klog_has "$LAST_WORDS"
	check "$name: it never was live" not klog_has_now 'controller connect complete'
}

setup 1
secret=$(make_key)
wrong=$(make_key)
mkdir "$NVMET/hosts/$HOSTNQN"
echo "$secret" > "$NVMET/hosts/$HOSTNQN/dhchap_key"
echo 0 > "$NVMET/subsystems/$SUBSYS/attr_allow_any_host"
ln -s "$NVMET/hosts/$HOSTNQN" "$NVMET/subsystems/$SUBSYS/allowed_hosts/$HOSTNQN"

check 'the right secret connects' connect "$SUBSYS" 1 --dhchap-secret="$secret" --reconnect-delay=1
ctrl=$(ctrl_of "$SUBSYS")
check 'the right secret: live' wait_for 20 ctrl_is "$ctrl" live
check 'the right secret: the disk appears' wait_for 20 disk_ready "$SUBSYS" 1
check 'the right secret: data' fio_verify "$(disk_of "$SUBSYS" 1)" 16k 1m
klog_mark
check 'reset' reset_ctrl "$ctrl"
check 'authenticated again after a reset' wait_for 20 ctrl_is "$ctrl" live
remote_port_del 1
wait_for 20 ctrl_is "$ctrl" connecting
remote_port_add 1 1
check "authenticated again after the port's return" wait_for 20 ctrl_is "$ctrl" live
disconnect "$SUBSYS" > /dev/null
wait_for 20 no_ctrls

# What scripts match: a key that is refused is no "reconnect failure".
LAST_WORDS='Max reconnect attempts \([0-9]+\) reached' refused 'a wrong secret' --dhchap-secret="$wrong"
refused 'no secret'

# Both ways: the target proves itself too.
ctrl_secret=$(make_key)
echo "$ctrl_secret" > "$NVMET/hosts/$HOSTNQN/dhchap_ctrl_key"
check 'both ways connects' connect "$SUBSYS" 1 --dhchap-secret="$secret" --dhchap-ctrl-secret="$ctrl_secret"
check 'both ways: live' wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
disconnect "$SUBSYS" > /dev/null
wait_for 20 no_ctrls
refused "a wrong secret of the target's" --dhchap-secret="$secret" --dhchap-ctrl-secret="$wrong"

# A host that is not allowed at all.
rm "$NVMET/subsystems/$SUBSYS/allowed_hosts/$HOSTNQN"
refused 'a host that is not allowed'
teardown
done_testing
