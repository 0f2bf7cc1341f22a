// SPDX-License-Identifier: GPL-2.0

//! What a target's transport knows a host by.
//!
//! The transport gets the address of the object with every link service, and
//! keeps it from the first one it accepts until it says `host_release`.

use core::ffi::c_void;

use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, Full, Relaxed},
        Arc, //
    },
};

use crate::{
    plan::accounts::Account,
    support::books::BOOKS, //
};

/// A host, as a target port sees it.
pub(crate) struct HostHandle {
    /// WWNN of the host's port.
    pub(crate) node_name: u64,
    /// WWPN of the host's port.
    pub(crate) port_name: u64,
    /// The host has logged out: the transport may send it nothing.
    invalid: Atomic<bool>,
    /// The transport has a reference.
    taken: Atomic<bool>,
}

impl HostHandle {
    /// A host that the transport has not heard of. Context: any.
    pub(crate) fn new(node_name: u64, port_name: u64) -> Result<Arc<Self>> {
        Ok(Arc::new(
            Self {
                node_name,
                port_name,
                invalid: Atomic::new(false),
                taken: Atomic::new(false),
            },
            GFP_ATOMIC,
        )?)
    }

    /// The transport is given the handle; says whether for the first time.
    pub(crate) fn take(this: &Arc<Self>) -> bool {
        let first = !this.taken.xchg(true, Full);
        if first {
            // The reference is given back in `give_back`.
            let _ = Arc::into_raw(this.clone());
            BOOKS.open(Account::HostHandles);
        }
        first
    }

    /// The transport's reference is over: whether it had one.
    ///
    /// # Safety
    ///
    /// `this` is alive; it may not be any more when this returns.
    unsafe fn give_back(this: *const Self) -> bool {
        // SAFETY: Alive, as the caller promises.
        let taken = unsafe { (*this).taken.xchg(false, Full) };
        if taken {
            BOOKS.close(Account::HostHandles);
            // SAFETY: `take` put exactly this reference away.
            drop(unsafe { Arc::from_raw(this) });
        }
        taken
    }

    /// The port went away without the host being released.
    pub(crate) fn forget(this: &Arc<Self>) {
        // SAFETY: The caller has a reference of its own.
        unsafe { Self::give_back(Arc::as_ptr(this)) };
    }

    /// The transport will not use the handle any more. Says whether that was
    /// asked for.
    ///
    /// # Safety
    ///
    /// `handle` is a handle that the transport has a reference to.
    pub(crate) unsafe fn released(handle: *mut c_void) -> bool {
        let this: *const Self = handle.cast();
        // SAFETY: The transport's reference keeps it alive.
        let invalid = unsafe { (*this).invalid.load(Relaxed) };
        // SAFETY: As above; not looked at afterwards.
        invalid & unsafe { Self::give_back(this) }
    }

    /// The host has logged out.
    pub(crate) fn invalidate(&self) {
        self.invalid.store(true, Relaxed);
    }

    /// Whether the host has logged out.
    pub(crate) fn is_invalid(&self) -> bool {
        self.invalid.load(Relaxed)
    }

    /// What the transport is given.
    pub(crate) fn as_ptr(this: &Arc<Self>) -> *mut c_void {
        Arc::as_ptr(this).cast_mut().cast()
    }

    /// A reference of one's own to the transport's handle; none for null.
    ///
    /// # Safety
    ///
    /// `handle` is null, or a handle that the transport has a reference to.
    pub(crate) unsafe fn from_ptr(handle: *mut c_void) -> Option<Arc<Self>> {
        if handle.is_null() {
            return None;
        }
        // SAFETY: Alive through the transport's reference.
        let host = unsafe { kernel::sync::ArcBorrow::<Self>::from_raw(handle.cast()) };
        Some(host.into())
    }
}
