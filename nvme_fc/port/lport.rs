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
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

use crate::{
    abi,
    log::port_log,
    numbers::Numbers,
    port::{
        iu_memory::IuMemory,
        port_abi::{
            LocalPortAbi,
            Names,
            PortInfo, //
        },
        registry::{
            self,
            deliver_local,
            LocalEntry,
            PortUse, //
        },
        template::PortOps, //
    },
    shared::{
        fc::private_area::PrivateArea,
        proto::life::port::{
            Delete,
            PortError,
            PortLife, //
        },
        support::device::DeviceRef, //
    }, //
};

/// How often a registration looks again while the delete callback of an
/// earlier one is still running.
const DELIVERY_POLLS: u32 = 5000;

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

    /// A new port.
    fn new(number: u32, info: &PortInfo, ops: &PortOps, device: DeviceRef) -> Result<Arc<Self>> {
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

    /// What IUs are mapped for. It is to be given up before the use of the port
    /// is. Context: may sleep; begun [`WithoutIo`](crate::without_io::WithoutIo).
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn iu_memory(&self, _alive: &PortUse) -> Result<Arc<IuMemory>> {
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

/// Registers a local port, or takes up again one that was unregistered and is
/// still held. Context: may sleep.
///
/// # Errors
///
/// `EXDEV` if the names belong to a port of another device; `EEXIST` if such a
/// port is registered; `EINVAL` if it is held with a smaller private area;
/// `ENOMEM`, `ENOSPC`.
pub(crate) fn register(info: &PortInfo, ops: PortOps, device: DeviceRef) -> Result<Arc<LocalPort>> {
    for _ in 0..DELIVERY_POLLS {
        let mut registry = registry::lock();
        let Some(entry) = registry.local_by_names(info.names) else {
            let number = registry.numbers.take()?;
            let made = LocalPort::new(number, info, &ops, device).and_then(|port| {
                registry.locals.push(
                    LocalEntry {
                        port: port.clone(),
                        life: PortLife::new(),
                        ops,
                        remotes: KVec::new(),
                        numbers: Numbers::new(),
                    },
                    GFP_KERNEL,
                )?;
                Ok(port)
            });
            if made.is_err() {
                registry.numbers.give(number);
            }
            return made;
        };
        let port = entry.port.clone();
        if !port.device.is(device.as_raw()) {
            port_log!(
                warn,
                port,
                "local port {}: names in use by another device\n",
                Names(info.names)
            );
            return Err(EXDEV);
        }
        if ops.local_private > port.private_size {
            port_log!(
                warn,
                port,
                "local port {}: private area grew from {} to {} bytes\n",
                Names(info.names),
                port.private_size,
                ops.local_private
            );
            return Err(EINVAL);
        }
        match entry.life.register() {
            Ok(()) => {
                port.abi.refresh(info);
                port.abi.set_online(true);
                entry.ops = ops;
                return Ok(port);
            }
            Err(PortError::Deleting) => {}
            Err(_) => {
                port_log!(
                    warn,
                    port,
                    "local port {}: registered already\n",
                    Names(info.names)
                );
                return Err(EEXIST);
            }
        }
        drop(registry);
        fsleep(Delta::from_millis(1));
    }
    Err(EEXIST)
}

/// Unregisters a local port. Its delete callback is delivered now if nothing
/// uses the port, else by the last user. Context: may sleep; nothing locked.
///
/// # Errors
///
/// `EINVAL` if `raw` is no port, or one that is not registered.
pub(crate) fn unregister(raw: *mut abi::nvme_fc_local_port) -> Result {
    let (port, due) = {
        let mut registry = registry::lock();
        let Some(entry) = registry.local_by_raw(raw) else {
            pr_warn!("unregister: no such local port\n");
            return Err(EINVAL);
        };
        let port = entry.port.clone();
        let Ok(delete) = entry.life.unregister() else {
            port_log!(
                warn,
                port,
                "local port {}: not registered\n",
                Names(port.abi.names())
            );
            return Err(EINVAL);
        };
        port.abi.set_online(false);
        let due = match delete {
            Delete::Deliver => Some(entry.ops),
            Delete::Later => None,
        };
        (port, due)
    };
    if let Some(ops) = due {
        deliver_local(&ops, &port);
    }
    Ok(())
}
