// SPDX-License-Identifier: GPL-2.0

//! What happens to target ports and bindings as LLDDs and users come and go: each
//! function is one step with the registry locked.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    association::Association,
    limits,
    nvmet::{
        port::NvmetPort,
        queue::CtrlId, //
    },
    port::{
        core::Hold,
        room::ASSOCIATIONS_MAX, //
    },
    shared::{
        fc::target_template::TargetLldd,
        proto::{
            ls::error::LsError,
            traddr::Traddr, //
        }, //
    },
    tgtport::{
        bindings::{
            is_named,
            Binding,
            Registry, //
        },
        registry_lock,
        HeldPort,
        TargetPort, //
    },
    trace::PortChange, //
};

/// Takes a number for a new target port. Context: may sleep.
///
/// # Errors
///
/// `EEXIST`: the names are taken. `ENOSPC`: no number is left. `ENOMEM`.
pub(crate) fn take_number(names: Traddr) -> Result<u32> {
    let mut registry = registry_lock::lock();
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
    if let Some(taken) = registry_lock::lock().numbers.get_mut(number as usize) {
        *taken = false;
    }
}

/// The end of a target port is over: its number is free again. Context: may sleep; the
/// caller has a reference.
pub(crate) fn forget(port: &TargetPort) {
    let mut registry = registry_lock::lock();
    let is_it = |other: &Arc<TargetPort>| core::ptr::eq(&**other, port);
    if let Some(at) = registry.all.iter().position(is_it) {
        // Not the last reference.
        let _ = registry.all.remove(at);
    }
    drop(registry);
    give_number(port.number);
}

/// Adds a target port, and completes the binding that waits for it, if any.
/// `publish` gives the port to the LLDD, before it can be found here.
/// Context: may sleep.
///
/// # Errors
///
/// `EEXIST`: the names are taken. `ENOMEM`.
pub(crate) fn add(port: Arc<TargetPort>, publish: impl FnOnce(&TargetLldd)) -> Result {
    let names = port.names();
    let mut registry = registry_lock::lock();
    if registry.ports.iter().any(|other| is_named(other, names)) {
        return Err(EEXIST);
    }
    registry.ports.reserve(1, GFP_KERNEL)?;
    registry.all.reserve(1, GFP_KERNEL)?;
    let hold = Hold::first(port.clone(), |port| port.core())?;
    let port = HeldPort { hold, port };
    publish(&port.lldd);
    port.trace(PortChange::Register);
    if let Some(binding) = registry
        .bindings
        .iter_mut()
        .find(|binding| binding.port.is_none() && binding.names == names)
    {
        binding.port = Some(port.clone());
    }
    // Room was made above.
    let _ = registry.all.push_within_capacity(port.port.clone());
    let _ = registry.ports.push_within_capacity(port);
    Ok(())
}

/// Takes a target port out; its binding waits for the next one with its names.
/// Its associations are scheduled to end. What comes back is the registration's
/// hold. Context: may sleep.
pub(crate) fn remove(port: &TargetPort) -> Option<HeldPort> {
    let is_it = |other: &HeldPort| core::ptr::eq(&***other, port);
    let mut registry = registry_lock::lock();
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
    let registry = core::mem::replace(&mut *registry_lock::lock(), Registry::new());
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
    let mut registry = registry_lock::lock();
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
    let mut registry = registry_lock::lock();
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
pub(crate) fn port_of(nvmet_port: NvmetPort) -> Option<HeldPort> {
    registry_lock::lock()
        .bindings
        .iter()
        .find(|binding| binding.nvmet_port == nvmet_port)?
        .port
        .clone()
}

/// The nvmet port that a target port is bound to, and the entries of its
/// largest queue. Context: may sleep.
pub(crate) fn bound(port: &TargetPort) -> Option<(NvmetPort, u16)> {
    let registry = registry_lock::lock();
    let nvmet_port = registry.bound(port)?;
    // Under the lock, so that nvmet still has the port.
    Some((nvmet_port, limits::queue_entries(nvmet_port)))
}

/// Lets a new association be seen, unless its binding has gone meanwhile.
/// Context: may sleep.
///
/// # Errors
///
/// The reject's reason.
pub(crate) fn admit(port: &TargetPort, association: &Arc<Association>) -> Result<(), LsError> {
    let registry = registry_lock::lock();
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
    port.identifiers.insert(association.clone());
    association.announce();
    Ok(())
}

/// The association of a controller. Context: may sleep, but never drops a last
/// reference.
pub(crate) fn find_ctrl(ctrl: CtrlId) -> Option<Arc<Association>> {
    registry_lock::lock()
        .ports
        .iter()
        .find_map(|port| port.find_ctrl(ctrl))
}

/// Schedules the end of a controller's association. Context: nvmet may hold a
/// subsystem's lock; nothing is freed here.
pub(crate) fn delete_ctrl(ctrl: CtrlId) {
    for port in registry_lock::lock().ports.iter() {
        port.delete_associations(|association| association.ctrl() == Some(ctrl));
    }
}
