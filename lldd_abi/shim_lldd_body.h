/* SPDX-License-Identifier: GPL-2.0 */
/* Bodies of shim_lldd.h, for the one C file of each module that owns them. */
void *SHIM(sg_virt)(struct scatterlist *sg)
{
	return sg_virt(sg);
}

void *SHIM(dma_to_virt)(struct device *dev, dma_addr_t addr)
{
	return phys_to_virt(dma_to_phys(dev, addr));
}

bool SHIM(preemptible)(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_COUNT) || preemptible();
}

bool SHIM(in_hardirq)(void)
{
	return in_hardirq();
}
