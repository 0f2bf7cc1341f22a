// SPDX-License-Identifier: GPL-2.0

//! All target ports, and which nvmet port each is bound to.
//!
//! Target ports come from LLDDs, nvmet ports from configfs, in any order and
//! again and again. A binding is made by the user and stays until the user ends
//! it; it is whole while a target port with its names is registered.

#![deny(unsafe_code)]

use core::ptr::NonNull;

use kernel::{
    alloc::KVec,
    prelude::*,
    sync::Arc, //
};

use crate::{
    association::Association,
    globals::REGISTRY,
    nvmet::{
        CtrlId,
        NvmetPort, //
    },
    port::hold::Hold,
    shared::proto::{
        ls::error::LsError,
        traddr::Traddr, //
    },
    tgtport::{
        TargetPort,
        ASSOCIATIONS_MAX, //
    }, //
};

/// An nvmet port that the user made for a target port.
struct Binding {
    /// The nvmet port.
    nvmet_port: NvmetPort,
    /// Names of the target port.
    names: Traddr,
    /// The target port, while it is registered.
    port: Option<Hold>,
}

/// What the registry's lock protects.
pub(crate) struct Registry {
    /// Registered target ports.
    ports: KVec<Hold>,
    /// Bindings.
    bindings: KVec<Binding>,
    /// Which numbers target ports have.
    numbers: KVec<bool>,
}

/// Whether a target port has these names.
fn is_named(port: &TargetPort, names: Traddr) -> bool {
    port.node_name == names.node && port.port_name == names.port
}

impl Registry {
    /// An empty registry.
    pub(crate) const fn new() -> Self {
        Self {
            ports: KVec::new(),
            bindings: KVec::new(),
            numbers: KVec::new(),
        }
    }

    /// The nvmet port that a target port is bound to.
    fn bound(&self, port: &TargetPort) -> Option<NvmetPort> {
        self.bindings
            .iter()
            .find(|binding| {
                binding
                    .port
                    .as_deref()
                    .is_some_and(|bound| core::ptr::eq(bound, port))
            })
            .map(|binding| binding.nvmet_port)
    }
}

/// Takes a number for a new target port. Context: may sleep.
///
/// # Errors
///
/// `EEXIST`: the names are taken. `ENOSPC`: no number is left. `ENOMEM`.
pub(crate) fn take_number(names: Traddr) -> Result<u32> {
    let mut registry = REGISTRY.lock();
    if registry.ports.iter().any(|port| is_named(port, names)) {
        return Err(EEXIST);
    }
    let number = match registry.numbers.iter().position(|taken| !taken) {
        Some(number) => number,
        None => {
            registry.numbers.push(false, GFP_KERNEL)?;
            registry.numbers.len().saturating_sub(1)
        }
    };
    let value = u32::try_from(number).map_err(|_| ENOSPC)?;
    if let Some(taken) = registry.numbers.get_mut(number) {
        *taken = true;
    }
    Ok(value)
}

/// Gives the number of a target port back. Context: may sleep.
pub(crate) fn give_number(number: u32) {
    // CAST: A u32 fits a usize here.
    if let Some(taken) = REGISTRY.lock().numbers.get_mut(number as usize) {
        *taken = false;
    }
}

/// Adds a target port, and completes the binding that waits for it, if any.
/// `publish` gets the pointer for the LLDD, before the port can be found here.
/// Context: may sleep.
///
/// # Errors
///
/// `EEXIST`: the names are taken. `ENOMEM`.
pub(crate) fn add(port: Arc<TargetPort>, publish: impl FnOnce(NonNull<TargetPort>)) -> Result {
    let names = port.names();
    let mut registry = REGISTRY.lock();
    if registry.ports.iter().any(|other| is_named(other, names)) {
        return Err(EEXIST);
    }
    registry.ports.reserve(1, GFP_KERNEL)?;
    let (hold, raw) = Hold::register(port);
    publish(raw);
    if let Some(binding) = registry
        .bindings
        .iter_mut()
        .find(|binding| binding.port.is_none() && binding.names == names)
    {
        binding.port = Some(hold.clone());
    }
    // Room was made above.
    let _ = registry.ports.push_within_capacity(hold);
    Ok(())
}

/// Takes a target port out; its binding waits for the next one with its names.
/// Its associations are scheduled to end. What comes back is the registration's
/// hold. Context: may sleep.
pub(crate) fn remove(port: &TargetPort) -> Option<Hold> {
    let is_it = |hold: &Hold| core::ptr::eq::<TargetPort>(&**hold, port);
    let mut registry = REGISTRY.lock();
    let registered = registry
        .ports
        .iter()
        .position(is_it)
        .and_then(|at| registry.ports.remove(at).ok());
    let bound = registry
        .bindings
        .iter_mut()
        .find(|binding| binding.port.as_ref().is_some_and(is_it))
        .and_then(|binding| binding.port.take());
    // Under the lock, so that no association slips in behind.
    port.delete_associations(|_| true);
    drop(registry);
    drop(bound);
    registered
}

/// Gives the registry's memory back at the module's end, and says how many
/// target ports were still registered. Context: may sleep.
pub(crate) fn clear() -> usize {
    let registry = core::mem::replace(&mut *REGISTRY.lock(), Registry::new());
    let left = registry.ports.len();
    if left != 0 {
        // Their LLDD is unloaded and must not be called any more.
        core::mem::forget(registry);
    }
    left
}

/// nvmet enables a port: binds it. Context: may sleep.
///
/// # Errors
///
/// `ENXIO`: no target port has these names. `EALREADY`: it is bound already.
/// `ENOMEM`.
pub(crate) fn bind(nvmet_port: NvmetPort, names: Traddr) -> Result {
    let mut registry = REGISTRY.lock();
    let port = registry
        .ports
        .iter()
        .find(|port| is_named(port, names))
        .ok_or(ENXIO)?
        .clone();
    if registry.bound(&port).is_some() {
        return Err(EALREADY);
    }
    registry.bindings.push(
        Binding {
            nvmet_port,
            names,
            port: Some(port),
        },
        GFP_KERNEL,
    )?;
    Ok(())
}

/// nvmet disables a port: ends its binding, and schedules the end of the
/// associations. Context: may sleep.
pub(crate) fn unbind(nvmet_port: NvmetPort) {
    let mut registry = REGISTRY.lock();
    let binding = registry
        .bindings
        .iter()
        .position(|binding| binding.nvmet_port == nvmet_port)
        .and_then(|at| registry.bindings.remove(at).ok());
    if let Some(port) = binding.as_ref().and_then(|binding| binding.port.as_ref()) {
        // Under the lock, so that no association slips in behind.
        port.delete_associations(|_| true);
    }
    drop(registry);
    drop(binding);
}

/// The target port that an nvmet port is bound to. Context: may sleep.
pub(crate) fn port_of(nvmet_port: NvmetPort) -> Option<Hold> {
    REGISTRY
        .lock()
        .bindings
        .iter()
        .find(|binding| binding.nvmet_port == nvmet_port)?
        .port
        .clone()
}

/// The nvmet port that a target port is bound to, and the entries of its
/// largest queue. Context: may sleep.
pub(crate) fn bound(port: &TargetPort) -> Option<(NvmetPort, u16)> {
    let registry = REGISTRY.lock();
    let nvmet_port = registry.bound(port)?;
    // Under the lock, so that nvmet still has the port.
    Some((nvmet_port, nvmet_port.queue_entries()))
}

/// Lets a new association be seen, unless its binding has gone meanwhile.
/// Context: may sleep.
///
/// # Errors
///
/// The reject's reason.
pub(crate) fn admit(association: &Arc<Association>) -> Result<(), LsError> {
    let port = association.port();
    let registry = REGISTRY.lock();
    if registry.bound(port) != Some(association.nvmet_port()) {
        return Err(LsError::NoPort);
    }
    // 48 random bits meet by chance almost never. If they do, the host has to
    // ask again: an identifier must name one association everywhere.
    if registry
        .ports
        .iter()
        .any(|port| port.find_association(association.id()).is_some())
    {
        return Err(LsError::AssociationAllocation);
    }
    let mut associations = port.associations.lock();
    if associations.len() >= ASSOCIATIONS_MAX {
        return Err(LsError::AssociationAllocation);
    }
    associations
        .push_within_capacity(association.clone())
        .map_err(|_| LsError::AssociationAllocation)?;
    association.announce();
    Ok(())
}

/// The association of a controller. Context: may sleep, but never drops a last
/// reference.
pub(crate) fn find_ctrl(ctrl: CtrlId) -> Option<Arc<Association>> {
    REGISTRY
        .lock()
        .ports
        .iter()
        .find_map(|port| port.find_ctrl(ctrl))
}

/// Schedules the end of a controller's association. Context: nvmet may hold a
/// subsystem's lock; nothing is freed here.
pub(crate) fn delete_ctrl(ctrl: CtrlId) {
    for port in REGISTRY.lock().ports.iter() {
        port.delete_associations(|association| association.ctrl() == Some(ctrl));
    }
}
