#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The transports' files open where Secure Boot has locked the kernel down. That is for
# good, and no module is loaded after it: the last script of a guest.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"
. "$E2E/lib/loopback.sh"
. "$E2E/lib/records.sh"

loop_load
debugfs_mount
check 'ports' loop_ready 1
check 'connect' connect "$SUBSYS" 1
CTRL=$(ctrl_of "$SUBSYS")
LOCKDOWN=/sys/kernel/security/lockdown
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security
if [[ -e $LOCKDOWN ]]; then
	echo integrity > "$LOCKDOWN"
	check 'the kernel is locked down' grep -qF '[integrity]' "$LOCKDOWN"
	opened=0
	for file in /sys/kernel/debug/nvme_fc/* /sys/kernel/debug/nvmet_fc/* "/sys/class/nvme/$CTRL/fc"/*; do
		[[ -e $file ]] || continue
		opened=$((opened + 1))
		check "$file opens" cat "$file"
	done
	if [[ ${E2E_HOST:-rust} == rust ]]; then
		check 'there were files' at_least "$opened" 11
		is 'both ports are online' "$(grep -c state=online "$HOST_FILES/ports")" 2
		check 'anybody reads the last error' setpriv --reuid=65534 --regid=65534 --clear-groups cat "/sys/class/nvme/$CTRL/fc/last_error"
	fi
else
	skip 'lockdown' 'this kernel has none'
fi
loop_teardown
done_testing
