// SPDX-License-Identifier: GPL-2.0
/* The host transport's LLDD API, exported with the header's own prototypes. */
#include <linux/export.h>
#include <linux/nvme.h>
#include <uapi/scsi/fc/fc_fs.h>
#include <linux/nvme-fc-driver.h>
#include "kunit_shim.h"

EXPORT_SYMBOL_GPL(nvme_fc_register_localport);
EXPORT_SYMBOL_GPL(nvme_fc_unregister_localport);
EXPORT_SYMBOL_GPL(nvme_fc_register_remoteport);
EXPORT_SYMBOL_GPL(nvme_fc_unregister_remoteport);
EXPORT_SYMBOL_GPL(nvme_fc_rescan_remoteport);
EXPORT_SYMBOL_GPL(nvme_fc_set_remoteport_devloss);
EXPORT_SYMBOL_GPL(nvme_fc_rcv_ls_req);
EXPORT_SYMBOL_GPL(nvme_fc_io_getuuid);

#ifdef NVMEFC_KUNIT
EXPORT_SYMBOL_GPL(nvme_fc_kunit_transport);
#endif
