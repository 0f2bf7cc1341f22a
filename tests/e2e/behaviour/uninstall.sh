#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make uninstall` does to a running system: once updates/ is empty of ours,
# the C modules load again, and nothing else has changed.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

UPDATES=/lib/modules/$(uname -r)/updates

setup 1
check 'connect' connect "$SUBSYS" 1
check 'live' wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
teardown

rm -f "$UPDATES"/nvme-fc.ko* "$UPDATES"/nvmet-fc.ko*
check 'depmod' depmod
E2E_HOST=c E2E_TARGET=c setup 1
check 'connect with the C modules' connect "$SUBSYS" 1
check 'live with the C modules' wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
teardown
done_testing
