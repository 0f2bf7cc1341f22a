#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guest side: the stock HBA drivers load over the modules that are in place, hold
# them, and unload again. There is no hardware: what is shown is that symbols and
# module dependencies fit.
set -uo pipefail
. "$(dirname "$0")/guest-lib.sh"

DRIVERS='lpfc qla2xxx fnic'

modprobe nvme_fabrics
modprobe nvmet
base_refcounts=$(refcounts)
for driver in $DRIVERS; do
	check "$driver loads" bounded 120 modprobe "$driver"
	check "$driver is the kernel's own" matches "$(modinfo -n "$driver")" /kernel/drivers/scsi/
done
check_show "nvme_fc is the ${E2E_HOST:-rust} one" prove_module nvme_fc "${E2E_HOST:-rust}"
check_show "nvmet_fc is the ${E2E_TARGET:-rust} one" prove_module nvmet_fc "${E2E_TARGET:-rust}"
for driver in $DRIVERS; do
	check "$driver holds nvme_fc" matches "$(holders nvme_fc)" "^$driver\$"
done
check 'lpfc holds nvmet_fc' matches "$(holders nvmet_fc)" '^lpfc$'
note "holders of nvme_fc: $(holders nvme_fc | xargs); of nvmet_fc: $(holders nvmet_fc | xargs)"

# An HBA driver and the loopback side by side.
check 'nvme-fcloop loads beside them' modprobe nvme_fcloop
check 'nvme_fcloop unloads' unload nvme_fcloop
for driver in $DRIVERS; do
	check "$driver unloads" unload "$driver"
	check "$driver no longer holds nvme_fc" not matches "$(holders nvme_fc)" "^$driver\$"
done
check 'nvme_fc and nvmet_fc unload' unload_transports
is 'no module reference is left' "$(refcounts)" "$base_refcounts"
done_testing
