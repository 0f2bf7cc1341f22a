// SPDX-License-Identifier: GPL-2.0

//! A port's registration, as its configuration says.

use core::ptr;

use kernel::prelude::*;

use crate::{
    lldd::{
        accounting::ACCOUNTING,
        fault::PrivateField,
        ports::{
            self,
            PortInfo, //
        },
        registration::{
            register_local,
            register_target,
            Object, //
        }, //
    },
    plan::{
        config::{
            Private,
            Role, //
        },
        life::Change, //
    },
    port::{
        registry,
        Port,
        Template, //
    },
    support::context, //
};

impl Port {
    /// What the transport is told.
    fn info(&self, usual: u32) -> PortInfo {
        let config = &self.config;
        PortInfo {
            node_name: config.node_name,
            port_name: config.port_name,
            port_id: config.port_id,
            role: match config.roles {
                0 => usual,
                roles => roles,
            },
            dev_loss: config.dev_loss,
        }
    }

    /// Registers the port. Context: may sleep.
    fn register(&self) -> Result<Object> {
        match &self.template {
            // SAFETY: Template and device are the port's own, and the registry keeps that until its
            // life is over.
            Some(Template::Host(template)) => unsafe {
                register_local(&self.info(ports::INITIATOR), template, self.bus())
            },
            // SAFETY: Template and device are the port's own, and the registry keeps that until its
            // life is over.
            Some(Template::Target(template)) => unsafe {
                register_target(&self.info(0), template, self.bus())
            },
            None => {
                let local = registry::port(Role::Local, self.config.local, 0).ok_or(ENOENT)?;
                let pass = local.registration.enter().ok_or(ENOENT)?;
                pass.register_remote(&self.info(ports::TARGET | ports::DISCOVERY))
            }
        }
    }

    /// Registers the port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's; `EALREADY` when it is registered, `ENOENT` for a remote port whose local port
    /// is not.
    pub(crate) fn enable(&self) -> Result {
        let _change = self.change.lock();
        if self.registration.is_open() {
            return Err(EALREADY);
        }
        let object = self.register()?;
        if self.begin_life(object.address()) == Change::Opened {
            context::hold_module();
            ACCOUNTING.open(self.account());
        }
        // SAFETY: Registered just now, and unregistered by `disable` alone.
        unsafe { self.registration.open(object) };
        self.overwrite_own_private();
        Ok(())
    }

    /// The longest that this port, or the one behind which it is, kept something.
    pub(super) fn kept(&self) -> u64 {
        let local = match self.role {
            Role::Remote => registry::port(Role::Local, self.config.local, 0),
            _ => None,
        };
        local.map_or(0, |local| local.life.lock().kept)
    }

    /// Does to a `private` field that a transport lends this port what the configuration says.
    ///
    /// # Safety
    ///
    /// The template of this port, or of the local port behind which it is, gave the size of the memory
    /// behind the field.
    pub(crate) unsafe fn overwrite_private(&self, field: PrivateField<'_>) {
        match self.config.private {
            // SAFETY: The memory is that long, as the caller promises. CAST: 4096 at most.
            Private::Fill => unsafe { field.fill(0x5a, self.config.private_size as usize) },
            Private::Overwrite => {
                field.point_to(ptr::without_provenance_mut(0xdead_beef_dead_beef))
            }
            Private::Null => field.point_to(ptr::null_mut()),
        }
    }

    /// The same to the field of the port itself, which was registered just now.
    fn overwrite_own_private(&self) {
        let Some(pass) = self.registration.enter() else {
            return;
        };
        if self.role != Role::Remote {
            // SAFETY: This port's template.
            unsafe { self.overwrite_private(pass.private()) };
        } else if let Some(local) = registry::port(Role::Local, self.config.local, 0) {
            // SAFETY: The local port's template gives the sizes for its remote ports too.
            unsafe { local.overwrite_private(pass.private()) };
        }
    }
}
