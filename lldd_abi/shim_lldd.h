/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prototypes of the wrappers that rust/lldd needs: read once for each module
 * that has it, as shim_common.h is. No include guard, on purpose. Those without
 * an argument are where this is included: checkpatch would not know them here.
 */
void *SHIM(sg_virt)(struct scatterlist *sg);
void *SHIM(dma_to_virt)(struct device *dev, dma_addr_t addr);
