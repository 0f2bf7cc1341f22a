// SPDX-License-Identifier: GPL-2.0

//! The part of a target port that its LLDD sees.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::ffi::c_void;

use kernel::{
    prelude::*,
    types::Opaque, //
};

use crate::abi;

/// A `struct nvmet_fc_target_port`. Written once by the transport, and never
/// read: the LLDD may change it at any time.
#[pin_data]
#[repr(transparent)]
pub(crate) struct PortAbi {
    /// The C structure.
    #[pin]
    inner: Opaque<abi::nvmet_fc_target_port>,
}

// SAFETY: Plain data that only the LLDD uses.
unsafe impl Send for PortAbi {}
// SAFETY: Plain data; what the transport reads of it does not change.
unsafe impl Sync for PortAbi {}

impl PortAbi {
    /// What the LLDD is to see of a new port. `private` is its memory.
    pub(crate) fn new(
        info: &abi::nvmet_fc_port_info,
        number: u32,
        private: *mut c_void,
    ) -> impl PinInit<Self> {
        let port = abi::nvmet_fc_target_port {
            port_num: number,
            node_name: info.node_name,
            port_name: info.port_name,
            private,
            port_id: info.port_id,
            ..Default::default()
        };
        pin_init!(Self {
            inner: Opaque::new(port),
        })
    }

    /// The structure, for the LLDD.
    #[inline]
    pub(crate) fn as_raw(&self) -> *mut abi::nvmet_fc_target_port {
        self.inner.get()
    }
}
