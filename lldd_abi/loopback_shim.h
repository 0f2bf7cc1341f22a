/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wrappers of static inlines and macros for nvme-fc-loopback.ko: one line each,
 * no logic.
 */
#ifndef NVME_FC_RS_LOOPBACK_SHIM_H
#define NVME_FC_RS_LOOPBACK_SHIM_H

#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>

#define SHIM(name) nvme_fc_loopback_shim_##name
#include "shim_lldd.h"
#undef SHIM
bool nvme_fc_loopback_shim_preemptible(void);
bool nvme_fc_loopback_shim_in_hardirq(void);
bool nvme_fc_loopback_shim_try_module_get(struct module *module);
void nvme_fc_loopback_shim_module_put(struct module *module);

unsigned long nvme_fc_loopback_shim_dma_get_seg_boundary(struct device *dev);
void *nvme_fc_loopback_shim_phys_to_virt(phys_addr_t address);
phys_addr_t nvme_fc_loopback_shim_virt_to_phys(void *address);
void nvme_fc_loopback_shim_set_dma_ops(struct device *dev);
/* With what the calling thread has forbidden itself. */
bool nvme_fc_loopback_shim_waits_for_io(gfp_t flags);

/* loopback/dma/ops.rs; the table of them is in loopback_shim.c. */
void *nvme_fc_loopback_alloc(struct device *dev, size_t size,
			     dma_addr_t *addr, gfp_t gfp, unsigned long attrs);
void nvme_fc_loopback_free(struct device *dev, size_t size, void *start,
			   dma_addr_t addr, unsigned long attrs);
dma_addr_t nvme_fc_loopback_map_phys(struct device *dev, phys_addr_t phys,
				     size_t size, enum dma_data_direction dir,
				     unsigned long attrs);
void nvme_fc_loopback_unmap_phys(struct device *dev, dma_addr_t addr,
				 size_t size, enum dma_data_direction dir,
				 unsigned long attrs);
int nvme_fc_loopback_map_sg(struct device *dev, struct scatterlist *sg,
			    int nents, enum dma_data_direction dir,
			    unsigned long attrs);
void nvme_fc_loopback_unmap_sg(struct device *dev, struct scatterlist *sg,
			       int nents, enum dma_data_direction dir,
			       unsigned long attrs);
void nvme_fc_loopback_sync_for_cpu(struct device *dev, dma_addr_t addr,
				   size_t size, enum dma_data_direction dir);
void nvme_fc_loopback_sync_for_device(struct device *dev, dma_addr_t addr,
				      size_t size,
				      enum dma_data_direction dir);
void nvme_fc_loopback_sync_sg_for_cpu(struct device *dev,
				      struct scatterlist *sg, int nents,
				      enum dma_data_direction dir);
void nvme_fc_loopback_sync_sg_for_device(struct device *dev,
					 struct scatterlist *sg, int nents,
					 enum dma_data_direction dir);

#endif
