/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What bindgen reads: the LLDD ABI and the private headers of both NVMe cores.
 * The first two includes are there because <linux/nvme-fc-driver.h> uses their
 * types without including them.
 */
#include <linux/nvme.h>
#include <uapi/scsi/fc/fc_fs.h>
#include <linux/nvme-fc-driver.h>
#include <linux/nvme-fc.h>
#include <linux/blk-mq.h>
#include <linux/blk-cgroup.h>
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <linux/kobject.h>
#include <linux/percpu-refcount.h>
#include "nvme.h"
#include "fabrics.h"
#include "nvmet.h"

#include "host_shim.h"
#include "target_shim.h"
#include "loopback_shim.h"
#include "kunit_shim.h"

#include "trace/nvme_fc.h"
#include "trace/nvmet_fc.h"
