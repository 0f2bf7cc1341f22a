// SPDX-License-Identifier: GPL-2.0

//! Remote ports: NVMe targets that an LLDD found behind a local port.

#![deny(unsafe_code)]

use core::mem::offset_of;

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    port::lport::LocalPort,
    shared::{
        fc::{
            host_template::HostTemplate,
            port::{
                PortInfo,
                RemotePortAbi, //
            },
            private_area::PrivateArea, //
        },
        support::device::DeviceRef, //
    }, //
};

/// A remote port.
#[repr(C)]
pub(crate) struct RemotePort {
    /// What the LLDD sees; first, so that both have one address.
    abi: RemotePortAbi,
    /// `port_num`.
    number: u32,
    /// The local port it was found behind.
    local: Arc<LocalPort>,
    /// The LLDD's memory.
    private: PrivateArea,
    /// Its size in bytes.
    private_size: u32,
}

const _: () = assert!(offset_of!(RemotePort, abi) == 0);

impl RemotePort {
    /// What the LLDD sees.
    #[inline(always)]
    pub(crate) fn abi(&self) -> &RemotePortAbi {
        &self.abi
    }

    /// `port_num`.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The local port it was found behind.
    #[inline(always)]
    pub(crate) fn local(&self) -> &Arc<LocalPort> {
        &self.local
    }

    /// The local port's device, for log lines and DMA.
    pub(crate) fn device(&self) -> &DeviceRef {
        self.local.device()
    }

    /// Bytes of the LLDD's memory.
    pub(crate) fn private_size(&self) -> u32 {
        self.private_size
    }

    /// A new port behind `local`, whose loss is tolerated for `dev_loss` seconds.
    /// Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(
        number: u32,
        info: &PortInfo,
        local: &Arc<LocalPort>,
        ops: &HostTemplate,
        dev_loss: u32,
    ) -> Result<Arc<Self>> {
        let private = PrivateArea::new(ops.remote_private)?;
        let abi = RemotePortAbi::new(number, info, local.abi(), private.as_ptr(), dev_loss);
        Ok(Arc::new(
            Self {
                abi,
                number,
                local: local.clone(),
                private,
                private_size: ops.remote_private,
            },
            GFP_KERNEL,
        )?)
    }
}
