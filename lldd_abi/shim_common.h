/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prototypes of the wrappers that both modules need. Read once for each module,
 * with SHIM() giving the names that module's prefix, so that both also link
 * into one vmlinux. No include guard, on purpose.
 */
dma_addr_t SHIM(dma_map_single)(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir);
void SHIM(dma_unmap_single)(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir);
int SHIM(dma_mapping_error)(struct device *dev, dma_addr_t addr);
void SHIM(dma_sync_single_for_device)(struct device *dev, dma_addr_t addr,
				      size_t size, enum dma_data_direction dir);
void SHIM(ida_init)(struct ida *ida);
/* Static inlines where the kernel has no modules, or never unloads one. */
bool SHIM(try_module_get)(struct module *module);
void SHIM(module_put)(struct module *module);
