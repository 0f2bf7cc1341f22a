// SPDX-License-Identifier: GPL-2.0
/* See loopback_shim.h. */
#include <linux/dma-direct.h>
#include <linux/preempt.h>
#include "loopback_shim.h"

void *nvme_fc_loopback_shim_sg_virt(struct scatterlist *sg)
{
	return sg_virt(sg);
}

void *nvme_fc_loopback_shim_dma_to_virt(struct device *dev, dma_addr_t addr)
{
	return phys_to_virt(dma_to_phys(dev, addr));
}

bool nvme_fc_loopback_shim_preemptible(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_COUNT) || preemptible();
}

bool nvme_fc_loopback_shim_in_hardirq(void)
{
	return in_hardirq();
}
