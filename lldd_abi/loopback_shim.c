// SPDX-License-Identifier: GPL-2.0
/* See loopback_shim.h. */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/io.h>
#include <linux/preempt.h>
#include "loopback_shim.h"
#include "mark.h"

#define SHIM(name) nvme_fc_loopback_shim_##name
#include "shim_lldd_body.h"
#undef SHIM

bool nvme_fc_loopback_shim_try_module_get(struct module *module)
{
	return try_module_get(module);
}

void nvme_fc_loopback_shim_module_put(struct module *module)
{
	module_put(module);
}

bool nvme_fc_loopback_shim_waits_for_io(gfp_t flags)
{
	return current_gfp_context(flags) & __GFP_IO;
}

unsigned long nvme_fc_loopback_shim_dma_get_seg_boundary(struct device *dev)
{
	return dma_get_seg_boundary(dev);
}

void *nvme_fc_loopback_shim_phys_to_virt(phys_addr_t address)
{
	return phys_to_virt(address);
}

phys_addr_t nvme_fc_loopback_shim_virt_to_phys(void *address)
{
	return virt_to_phys(address);
}

static const struct dma_map_ops nvme_fc_loopback_dma_ops = {
	.alloc = nvme_fc_loopback_alloc,
	.free = nvme_fc_loopback_free,
	.map_phys = nvme_fc_loopback_map_phys,
	.unmap_phys = nvme_fc_loopback_unmap_phys,
	.map_sg = nvme_fc_loopback_map_sg,
	.unmap_sg = nvme_fc_loopback_unmap_sg,
	.sync_single_for_cpu = nvme_fc_loopback_sync_for_cpu,
	.sync_single_for_device = nvme_fc_loopback_sync_for_device,
	.sync_sg_for_cpu = nvme_fc_loopback_sync_sg_for_cpu,
	.sync_sg_for_device = nvme_fc_loopback_sync_sg_for_device,
};

void nvme_fc_loopback_shim_set_dma_ops(struct device *dev)
{
	set_dma_ops(dev, &nvme_fc_loopback_dma_ops);
}
