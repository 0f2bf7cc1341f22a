#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make uninstall` does to a running system: once updates/ is empty of ours,
# the C modules load again, and nothing else has changed.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

UPDATES=/lib/modules/$(uname -r)/updates

setup 1
check_show "nvme_fc is the ${E2E_HOST:-rust} one" prove_module nvme_fc "${E2E_HOST:-rust}"
check_show "nvmet_fc is the ${E2E_TARGET:-rust} one" prove_module nvmet_fc "${E2E_TARGET:-rust}"
check 'connect' connect "$SUBSYS" 1
check 'live' wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
teardown

rm -f "$UPDATES"/nvme-fc.ko* "$UPDATES"/nvmet-fc.ko*
check 'depmod' depmod
setup 1
check_show 'nvme_fc is the C one' prove_module nvme_fc c
check_show 'nvmet_fc is the C one' prove_module nvmet_fc c
check 'connect with the C modules' connect "$SUBSYS" 1
check 'live with the C modules' wait_for 20 ctrl_is "$(ctrl_of "$SUBSYS")" live
teardown
done_testing
