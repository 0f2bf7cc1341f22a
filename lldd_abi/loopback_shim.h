/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wrappers of static inlines and macros for nvme-fc-loopback.ko: one line each,
 * no logic.
 */
#ifndef NVME_FC_RS_LOOPBACK_SHIM_H
#define NVME_FC_RS_LOOPBACK_SHIM_H

#include <linux/dma-mapping.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>

void *nvme_fc_loopback_shim_sg_virt(struct scatterlist *sg);
void *nvme_fc_loopback_shim_dma_to_virt(struct device *dev, dma_addr_t addr);
bool nvme_fc_loopback_shim_preemptible(void);
bool nvme_fc_loopback_shim_in_hardirq(void);

#endif
