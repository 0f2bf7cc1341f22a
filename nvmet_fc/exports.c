// SPDX-License-Identifier: GPL-2.0
/* The target transport's LLDD API, exported with the header's own prototypes. */
#include <linux/export.h>
#include <linux/nvme.h>
#include <uapi/scsi/fc/fc_fs.h>
#include <linux/nvme-fc-driver.h>

EXPORT_SYMBOL_GPL(nvmet_fc_register_targetport);
EXPORT_SYMBOL_GPL(nvmet_fc_unregister_targetport);
EXPORT_SYMBOL_GPL(nvmet_fc_invalidate_host);
EXPORT_SYMBOL_GPL(nvmet_fc_rcv_ls_req);
EXPORT_SYMBOL_GPL(nvmet_fc_rcv_fcp_req);
EXPORT_SYMBOL_GPL(nvmet_fc_rcv_fcp_abort);
