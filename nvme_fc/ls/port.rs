// SPDX-License-Identifier: GPL-2.0

//! What a link service keeps of its port while the LLDD may have it: a buffer
//! that the LLDD reaches, and the right to call the LLDD.
//!
//! Both are given up at once, the mapping first: when the last use of a port
//! goes, its LLDD is told, and may unbind the device.

use core::{
    cell::UnsafeCell,
    mem::size_of, //
};

use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

use crate::{
    abi,
    port::{
        port_use::PortUse,
        rport::RemotePort, //
    },
    shared::{
        fc::host_template::HostTemplate,
        support::dma::{
            Direction,
            SingleMapping, //
        }, //
    }, //
};

/// What is given up when the link service is over.
struct Held {
    /// The buffer's mapping. It stays while the LLDD may still write.
    mapping: Option<SingleMapping>,
    /// Puts the LLDD's delete callbacks off.
    in_use: Option<PortUse>,
}

/// A link service's part of its port. Fields are dropped in this order.
#[pin_data]
pub(crate) struct LsPort<T> {
    /// See [`Held`].
    #[pin]
    held: Mutex<Held>,
    /// The buffer; the LLDD reads or writes it while it has the link service.
    buffer: KBox<UnsafeCell<T>>,
    /// Where the device finds the buffer, 0 without one.
    address: abi::dma_addr_t,
    /// The port.
    remote: Arc<RemotePort>,
    /// The LLDD's operations.
    ops: HostTemplate,
}

impl<T> LsPort<T> {
    /// A buffer, mapped for a port in use. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `EFAULT` if the buffer cannot be mapped.
    pub(crate) fn new(
        in_use: PortUse,
        ops: HostTemplate,
        buffer: KBox<T>,
        direction: Direction,
    ) -> Result<impl PinInit<Self>> {
        let remote = in_use.remote().clone();
        // SAFETY: `UnsafeCell` is transparent.
        let buffer = unsafe { KBox::from_raw(KBox::into_raw(buffer).cast::<UnsafeCell<T>>()) };
        // SAFETY: The box does not move its contents, and outlives the
        // mapping: they are fields of one object, the mapping first.
        let mapping = unsafe {
            SingleMapping::new(
                remote.device(),
                buffer.get().cast(),
                size_of::<T>(),
                direction,
            )
        }?;
        Ok(pin_init!(Self {
            address: mapping.address(),
            held <- new_mutex!(
                Held {
                    mapping: Some(mapping),
                    in_use: Some(in_use),
                },
                "LsPort::held"
            ),
            buffer,
            remote,
            ops,
        }))
    }

    /// The buffer. It is the LLDD's while that has the link service.
    pub(crate) fn buffer(&self) -> *mut T {
        self.buffer.get()
    }

    /// The port.
    pub(crate) fn remote(&self) -> &Arc<RemotePort> {
        &self.remote
    }

    /// The LLDD's operations. They may be called while the port is in use.
    pub(crate) fn ops(&self) -> &HostTemplate {
        &self.ops
    }

    /// Where the device finds what lies `offset` bytes into the buffer; 0
    /// without a device.
    pub(crate) fn address(&self, offset: usize) -> abi::dma_addr_t {
        if self.remote.device().as_raw().is_null() {
            return 0;
        }
        // CAST: A usize fits a u64.
        self.address.wrapping_add(offset as u64)
    }

    /// Hands the buffer to the device. Context: may sleep.
    pub(crate) fn sync_for_device(&self) {
        if let Some(mapping) = &self.held.lock().mapping {
            mapping.sync_for_device();
        }
    }

    /// Calls `act` unless the port was given up; it is not meanwhile. Context:
    /// may sleep.
    pub(crate) fn while_in_use(&self, act: impl FnOnce(&HostTemplate, &RemotePort)) {
        let held = self.held.lock();
        if held.in_use.is_some() {
            act(&self.ops, &self.remote);
        }
    }

    /// Whether the port was not given up yet. Context: may sleep.
    pub(crate) fn is_in_use(&self) -> bool {
        self.held.lock().in_use.is_some()
    }

    /// Gives up the port, and before it the mapping if the link service is
    /// `over`: the buffer is the CPU's then. Says whether the port was in use.
    /// Context: may sleep; may call the LLDD's delete callbacks.
    pub(crate) fn give_up(&self, over: bool) -> bool {
        let (mapping, in_use) = {
            let mut held = self.held.lock();
            let mapping = if over { held.mapping.take() } else { None };
            (mapping, held.in_use.take())
        };
        drop(mapping);
        in_use.is_some()
    }
}
