// SPDX-License-Identifier: GPL-2.0

//! This module's wrappers of static inlines, under the names that files shared
//! with the other module use.

#![deny(unsafe_code)]

pub(crate) use crate::abi::{
    nvme_fc_kunit_shim_announce as announce,
    nvme_fc_kunit_shim_dma_map_single as dma_map_single,
    nvme_fc_kunit_shim_dma_mapping_error as dma_mapping_error,
    nvme_fc_kunit_shim_dma_sync_single_for_device as dma_sync_single_for_device,
    nvme_fc_kunit_shim_dma_to_virt as dma_to_virt,
    nvme_fc_kunit_shim_dma_unmap_single as dma_unmap_single,
    nvme_fc_kunit_shim_ida_init as ida_init,
    nvme_fc_kunit_shim_in_hardirq as in_hardirq,
    nvme_fc_kunit_shim_module_put as module_put,
    nvme_fc_kunit_shim_preemptible as preemptible,
    nvme_fc_kunit_shim_sg_virt as sg_virt,
    nvme_fc_kunit_shim_try_module_get as try_module_get, //
};
