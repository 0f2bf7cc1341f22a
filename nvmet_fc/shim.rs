// SPDX-License-Identifier: GPL-2.0

//! This module's wrappers of static inlines, under the names that files shared
//! with the other module use.

#![deny(unsafe_code)]

pub(crate) use crate::abi::{
    nvmet_fc_shim_announce as announce,
    nvmet_fc_shim_dma_map_single as dma_map_single,
    nvmet_fc_shim_dma_mapping_error as dma_mapping_error,
    nvmet_fc_shim_dma_sync_single_for_device as dma_sync_single_for_device,
    nvmet_fc_shim_dma_unmap_single as dma_unmap_single,
    nvmet_fc_shim_ida_init as ida_init,
    nvmet_fc_shim_module_put as module_put,
    nvmet_fc_shim_try_module_get as try_module_get, //
};
