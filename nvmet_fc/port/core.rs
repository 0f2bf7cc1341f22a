// SPDX-License-Identifier: GPL-2.0

//! What all that belongs to a target port needs of it: the LLDD, its device, its
//! hosts, and what they may have.

#![deny(unsafe_code)]

use kernel::{
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::Atomic,
        Arc,
        SpinLockIrq, //
    }, //
};

use crate::{
    port::{
        hosts::HostTable,
        room::Room, //
    },
    shared::{
        fc::{
            port::TargetPortInfo,
            private_area::PrivateArea,
            target_template::{
                TargetLldd,
                TargetTemplate, //
            }, //
        },
        proto::traddr::Traddr,
        support::{
            device::DeviceRef,
            held,
            ida::Ida,
            ratelimit::Ratelimit, //
        }, //
    },
    trace::{
        self,
        PortChange, //
    }, //
};

/// Puts off the delivery of `targetport_delete`: the registration has one, and so
/// has everything that may still call the LLDD about the port.
pub(crate) type Hold = held::Hold<PortCore, dyn PortOwner>;

/// What holds are on.
pub(crate) type PortUses = held::Held<PortCore, dyn PortOwner>;

/// The whole target port.
pub(crate) trait PortOwner: held::Ended {
    /// Its lower half.
    fn core(&self) -> &PortUses;

    /// A link service waits. Context: any.
    fn ls_received(self: Arc<Self>);
}

/// The lower half of a target port.
///
/// # Invariants
///
/// `lldd` is the first field, and what the LLDD has a pointer to.
#[pin_data]
#[repr(C)]
pub(crate) struct PortCore {
    /// What the LLDD sees, and its operations.
    pub(crate) lldd: TargetLldd,
    /// Node name. LLDDs may change the one they see.
    pub(crate) node_name: u64,
    /// Port name.
    pub(crate) port_name: u64,
    /// Number for log lines.
    pub(crate) number: u32,
    /// `nvmet_fc_unregister_targetport` was called.
    pub(crate) unregistered: Atomic<bool>,
    /// Numbers of its associations.
    #[pin]
    pub(crate) association_numbers: Ida,
    /// What hosts have of it.
    #[pin]
    pub(crate) room: Room,
    /// Host ports.
    #[pin]
    pub(crate) hosts: SpinLockIrq<HostTable>,
    /// Bounds log lines about link services.
    pub(crate) services_log: Ratelimit,
    /// Bounds log lines about commands.
    pub(crate) commands_log: Ratelimit,
    /// The LLDD's memory.
    private: PrivateArea,
    /// The device that does DMA.
    device: DeviceRef,
}

impl PortCore {
    /// That of a new port, with room for so many host ports. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(
        info: &TargetPortInfo,
        template: TargetTemplate,
        device: DeviceRef,
        number: u32,
        hosts: usize,
    ) -> Result<impl PinInit<Self, Error>> {
        let private = PrivateArea::new(template.port_private)?;
        let hosts = HostTable::new(number, hosts)?;
        let lldd = TargetLldd::new(number, info, template, private.as_ptr());
        let names = info.names;
        Ok(try_pin_init!(Self {
            lldd,
            node_name: names.node,
            port_name: names.port,
            number,
            unregistered: Atomic::new(false),
            association_numbers <- Ida::new(),
            room <- Room::new(),
            hosts <- new_spinlock_irq!(hosts, "nvmet_fc::hosts"),
            services_log: Ratelimit::new(),
            commands_log: Ratelimit::new(),
            private,
            device,
        }? Error))
    }

    /// Node and port name.
    pub(crate) fn names(&self) -> Traddr {
        Traddr {
            node: self.node_name,
            port: self.port_name,
        }
    }

    /// Tells what becomes of the port. Context: any.
    pub(crate) fn trace(&self, change: PortChange) {
        trace::port(|| trace::Port {
            change: change as u8,
            targetport: self.number,
            wwnn: self.node_name,
            wwpn: self.port_name,
            port_id: self.lldd.port_id(),
        });
    }

    /// The device that does DMA, if any.
    #[inline]
    pub(crate) fn device(&self) -> &DeviceRef {
        &self.device
    }
}
