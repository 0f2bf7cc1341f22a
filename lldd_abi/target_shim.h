/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wrappers of static inlines and macros for nvmet-fc.ko: one line each, no
 * logic. The prefix keeps them apart from the other module's in one vmlinux.
 */
#ifndef NVME_FC_RS_TARGET_SHIM_H
#define NVME_FC_RS_TARGET_SHIM_H

#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/module.h>

#define SHIM(name) nvmet_fc_shim_##name
#include "shim_common.h"
#undef SHIM
void nvmet_fc_shim_announce(void);

#endif
