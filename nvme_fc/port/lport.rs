// SPDX-License-Identifier: GPL-2.0

//! Local ports: HBA ports that an LLDD offers as NVMe initiators.

#![deny(unsafe_code)]

use core::mem::offset_of;

use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    },
};

use crate::{
    shared::{
        fc::{
            host_template::HostTemplate,
            iu_memory::IuMemory,
            port::{
                LocalPortAbi,
                PortInfo, //
            },
            private_area::PrivateArea, //
        },
        support::device::DeviceRef, //
    }, //
};

/// A local port.
#[repr(C)]
#[pin_data]
pub(crate) struct LocalPort {
    /// What the LLDD sees; first, so that both have one address.
    abi: LocalPortAbi,
    /// `port_num`.
    number: u32,
    /// The device that does DMA, if any.
    device: DeviceRef,
    /// The LLDD's memory.
    private: PrivateArea,
    /// Its size in bytes.
    private_size: u32,
    /// What IUs are mapped for, from the first association until the delete
    /// callback.
    #[pin]
    iu_memory: Mutex<Option<Arc<IuMemory>>>,
}

const _: () = assert!(offset_of!(LocalPort, abi) == 0);

impl LocalPort {
    /// What the LLDD sees.
    #[inline(always)]
    pub(crate) fn abi(&self) -> &LocalPortAbi {
        &self.abi
    }

    /// `port_num`.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The device that does DMA, if any.
    pub(crate) fn device(&self) -> &DeviceRef {
        &self.device
    }

    /// Bytes of the LLDD's memory.
    pub(crate) fn private_size(&self) -> u32 {
        self.private_size
    }

    /// A new port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(
        number: u32,
        info: &PortInfo,
        ops: &HostTemplate,
        device: DeviceRef,
    ) -> Result<Arc<Self>> {
        let private = PrivateArea::new(ops.local_private)?;
        Arc::pin_init(
            pin_init!(Self {
                abi: LocalPortAbi::new(number, info, private.as_ptr()),
                number,
                device,
                private,
                private_size: ops.local_private,
                iu_memory <- new_mutex!(None, "LocalPort::iu_memory"),
            }),
            GFP_KERNEL,
        )
    }

    /// What IUs are mapped for, for a use of the port, before which it is to be
    /// given up. Context: may sleep; begun
    /// [`WithoutIo`](crate::shared::support::noio::WithoutIo).
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn iu_memory(&self) -> Result<Arc<IuMemory>> {
        let mut kept = self.iu_memory.lock();
        if let Some(memory) = &*kept {
            return Ok(memory.clone());
        }
        let memory = IuMemory::new(&self.device)?;
        *kept = Some(memory.clone());
        Ok(memory)
    }

    /// Gives the device its memory back, before the delete callback. Context: may
    /// sleep; nobody uses the port.
    pub(crate) fn forget_iu_memory(&self) {
        let memory = self.iu_memory.lock().take();
        drop(memory);
    }
}
