// SPDX-License-Identifier: GPL-2.0

//! This module's wrappers of static inlines.

#![deny(unsafe_code)]

pub(crate) use crate::abi::{
    nvme_fc_loopback_shim_dma_get_seg_boundary as dma_get_seg_boundary,
    nvme_fc_loopback_shim_dma_to_virt as dma_to_virt,
    nvme_fc_loopback_shim_in_hardirq as in_hardirq,
    nvme_fc_loopback_shim_module_put as module_put,
    nvme_fc_loopback_shim_phys_to_virt as phys_to_virt,
    nvme_fc_loopback_shim_preemptible as preemptible,
    nvme_fc_loopback_shim_set_dma_ops as set_dma_ops,
    nvme_fc_loopback_shim_sg_virt as sg_virt,
    nvme_fc_loopback_shim_try_module_get as try_module_get,
    nvme_fc_loopback_shim_virt_to_phys as virt_to_phys,
    nvme_fc_loopback_shim_waits_for_io as waits_for_io, //
};
