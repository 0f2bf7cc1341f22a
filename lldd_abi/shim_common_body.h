/* SPDX-License-Identifier: GPL-2.0 */
/* Bodies of shim_common.h, for the one C file of each module that owns them. */
dma_addr_t SHIM(dma_map_single)(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir)
{
	return dma_map_single(dev, ptr, size, dir);
}

void SHIM(dma_unmap_single)(struct device *dev, dma_addr_t addr, size_t size,
			    enum dma_data_direction dir)
{
	dma_unmap_single(dev, addr, size, dir);
}

int SHIM(dma_mapping_error)(struct device *dev, dma_addr_t addr)
{
	return dma_mapping_error(dev, addr);
}

void SHIM(dma_sync_single_for_device)(struct device *dev, dma_addr_t addr,
				      size_t size, enum dma_data_direction dir)
{
	dma_sync_single_for_device(dev, addr, size, dir);
}

void SHIM(ida_init)(struct ida *ida)
{
	ida_init(ida);
}

bool SHIM(try_module_get)(struct module *module)
{
	return try_module_get(module);
}

void SHIM(module_put)(struct module *module)
{
	module_put(module);
}

void SHIM(announce)(void)
{
	pr_info("%s: Rust implementation, version %s\n", KBUILD_MODNAME, NVMEFC_VERSION);
}
