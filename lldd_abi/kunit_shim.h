/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For nvme-fc-kunit.ko: the one entry that the host transport has for it, and
 * wrappers of static inlines and macros, one line each, no logic.
 */
#ifndef NVME_FC_RS_KUNIT_SHIM_H
#define NVME_FC_RS_KUNIT_SHIM_H

#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/workqueue.h>

struct nvmf_transport_ops;

/* nvme_fc/kunit_entry.rs; exists where KUnit is built in. */
struct nvmf_transport_ops *nvme_fc_kunit_transport(void);

#define SHIM(name) nvme_fc_kunit_shim_##name
#include "shim_common.h"
#undef SHIM

#endif
