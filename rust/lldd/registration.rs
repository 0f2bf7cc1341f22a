// SPDX-License-Identifier: GPL-2.0

//! A port's registration with its transport. Calls about the port are made inside it alone: it is
//! undone when the last of them has returned.

use core::ptr;

use kernel::{
    error::to_result,
    prelude::*,
    sync::{new_spinlock_irq, SpinLockIrq},
};

use crate::{
    abi,
    lldd::{
        host::Template as HostTemplate,
        ports::PortInfo,
        scatter::Bus,
        target::Template as TargetTemplate, //
    },
    shared::support::completion::Completion, //
};

/// The transport's object for a port.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    /// A local port of nvme-fc's.
    Local(*mut abi::nvme_fc_local_port),
    /// A remote port of nvme-fc's.
    Remote(*mut abi::nvme_fc_remote_port),
    /// A target port of nvmet-fc's.
    Target(*mut abi::nvmet_fc_target_port),
}

// SAFETY: An address, which is only followed by the transport or inside a registration.
unsafe impl Send for Object {}
// SAFETY: Shared references only copy the address.
unsafe impl Sync for Object {}

impl Object {
    /// What tells it from other objects.
    pub(crate) fn address(self) -> usize {
        match self {
            Self::Local(port) => port as usize,
            Self::Remote(port) => port as usize,
            Self::Target(port) => port as usize,
        }
    }
}

/// What a registration knows.
struct Inside {
    /// The transport's object, while the port is registered.
    object: Option<Object>,
    /// How many calls are inside.
    count: u32,
}

/// A port's registration.
///
/// # Invariants
///
/// An object that it has is registered until [`Registration::unregister`] has taken it out and the
/// last [`Pass`] is dropped.
#[pin_data]
pub(crate) struct Registration {
    /// Who is inside.
    #[pin]
    inside: SpinLockIrq<Inside>,
    /// Nobody is, after the object was taken out.
    #[pin]
    empty: Completion,
}

/// The right to make calls about a port.
///
/// # Invariants
///
/// The transport's object is there while this exists.
pub(crate) struct Pass<'a> {
    /// The registration that is left with this, if it is one's.
    registration: Option<&'a Registration>,
    /// The transport's object.
    pub(super) object: Object,
}

impl Pass<'_> {
    /// The right to make calls about an object that is no [`Registration`]'s.
    ///
    /// # Safety
    ///
    /// The object is there while this exists, or its transport looks its argument up before it follows
    /// it.
    pub(crate) unsafe fn assume(object: Object) -> Self {
        // INVARIANT: As the caller promises.
        Self {
            registration: None,
            object,
        }
    }
}

/// Registers a local port with nvme-fc. Context: may sleep.
///
/// # Errors
///
/// nvme-fc's.
///
/// # Safety
///
/// Template and device live until `localport_delete` of the port.
pub(crate) unsafe fn register_local(
    info: &PortInfo,
    template: &HostTemplate,
    device: Bus,
) -> Result<Object> {
    let (mut info, mut object) = (info.host(), ptr::null_mut());
    // SAFETY: The information is only read, and the rest lives as the caller promises.
    to_result(unsafe {
        abi::nvme_fc_register_localport(&mut info, template.as_raw(), device.0, &mut object)
    })?;
    Ok(Object::Local(object))
}

/// Registers a target port with nvmet-fc. Context: may sleep.
///
/// # Errors
///
/// nvmet-fc's; `EBADF` if it left a pointer all the same.
///
/// # Safety
///
/// Template and device live until `targetport_delete` of the port.
pub(crate) unsafe fn register_target(
    info: &PortInfo,
    template: &TargetTemplate,
    device: Bus,
) -> Result<Object> {
    let (mut info, mut object) = (info.target(), ptr::dangling_mut());
    // SAFETY: The information is only read, and the rest lives as the caller promises.
    let result = to_result(unsafe {
        abi::nvmet_fc_register_targetport(&mut info, template.as_raw(), device.0, &mut object)
    });
    match result {
        Ok(()) => Ok(Object::Target(object)),
        Err(_) if !object.is_null() => Err(EBADF),
        Err(error) => Err(error),
    }
}

/// Undoes a registration. Context: may sleep; no work item of nvmet's queue.
///
/// # Errors
///
/// The transport's.
///
/// # Safety
///
/// The object is registered, and nobody makes calls about it any more, or its transport looks its
/// argument up before it follows it.
pub(crate) unsafe fn unregister(object: Object) -> Result {
    to_result(match object {
        // SAFETY: Registered, as the caller promises.
        Object::Local(port) => unsafe { abi::nvme_fc_unregister_localport(port) },
        // SAFETY: Registered, as the caller promises.
        Object::Remote(port) => unsafe { abi::nvme_fc_unregister_remoteport(port) },
        // SAFETY: Registered, as the caller promises.
        Object::Target(port) => unsafe { abi::nvmet_fc_unregister_targetport(port) },
    })
}

impl Registration {
    /// Of a port that is not registered.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            inside <- new_spinlock_irq!(Inside { object: None, count: 0 }),
            empty <- Completion::new(),
        })
    }

    /// Lets calls in, about an object that was registered.
    ///
    /// # Safety
    ///
    /// `object` is registered, and unregistered by this registration alone.
    pub(crate) unsafe fn open(&self, object: Object) {
        // INVARIANT: As the caller promises.
        self.inside.lock().object = Some(object);
    }

    /// Whether the port is registered.
    pub(crate) fn is_open(&self) -> bool {
        self.inside.lock().object.is_some()
    }

    /// Goes in, if the port is registered. Context: any.
    pub(crate) fn enter(&self) -> Option<Pass<'_>> {
        let mut inside = self.inside.lock();
        let object = inside.object?;
        inside.count = inside.count.saturating_add(1);
        Some(Pass {
            registration: Some(self),
            object,
        })
    }

    /// Lets nobody in any more, waits until nobody is inside, and unregisters the port after
    /// `before`. Context: may sleep; one caller at a time, no work item of nvmet's queue.
    ///
    /// # Errors
    ///
    /// `ENODEV` if the port is not registered; the transport's.
    pub(crate) fn unregister(&self, before: impl FnOnce()) -> Result {
        let (object, busy) = {
            let mut inside = self.inside.lock();
            self.empty.reinit();
            (inside.object.take(), inside.count != 0)
        };
        if busy {
            self.empty.wait();
        }
        let object = object.ok_or(ENODEV)?;
        before();
        // SAFETY: Registered by the type's invariant, and nobody is inside.
        unsafe { unregister(object) }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let Some(registration) = self.registration else {
            return;
        };
        let mut inside = registration.inside.lock();
        inside.count = inside.count.saturating_sub(1);
        if inside.count == 0 && inside.object.is_none() {
            registration.empty.complete();
        }
    }
}
