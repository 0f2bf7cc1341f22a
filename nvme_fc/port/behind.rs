// SPDX-License-Identifier: GPL-2.0

//! What is behind remote ports, and belongs to the registry's lock, but is no
//! business of ports: controllers, and link services on their way.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::port::{
    registry_lock::{
        Locked,
        WithRegistry, //
    },
    rport::RemotePort, //
};

/// Something that is behind one remote port.
pub(crate) trait Behind {
    /// The port.
    fn remote(&self) -> &Arc<RemotePort>;
}

/// All objects of a kind, in the order in which they came.
pub(crate) struct BehindPorts<T>(WithRegistry<KVec<Arc<T>>>);

impl<T: Behind> BehindPorts<T> {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(WithRegistry::new(KVec::new()))
    }

    /// All objects.
    pub(crate) fn all<'a>(&'a self, registry: &'a mut Locked) -> &'a [Arc<T>] {
        self.0.get(registry)
    }

    /// Those behind one port.
    pub(crate) fn of<'a>(
        &'a self,
        registry: &'a mut Locked,
        remote: &'a RemotePort,
    ) -> impl Iterator<Item = &'a Arc<T>> {
        self.all(registry)
            .iter()
            .filter(move |object| core::ptr::eq::<RemotePort>(&**object.remote(), remote))
    }

    /// Adds an object.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn add(&self, registry: &mut Locked, object: &Arc<T>) -> Result {
        Ok(self.0.get(registry).push(object.clone(), GFP_KERNEL)?)
    }

    /// Takes the first object off for which `which` holds. Context: its reference
    /// is not to be dropped with the registry locked.
    pub(crate) fn remove(
        &self,
        registry: &mut Locked,
        which: impl FnMut(&Arc<T>) -> bool,
    ) -> Option<Arc<T>> {
        let objects = self.0.get(registry);
        let at = objects.iter().position(which)?;
        let object = objects.remove(at).ok();
        if objects.is_empty() {
            // A static has no destructor.
            *objects = KVec::new();
        }
        object
    }
}
