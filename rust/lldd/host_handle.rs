// SPDX-License-Identifier: GPL-2.0

//! What a target's transport knows a host by.
//!
//! The transport gets the address of the object with every link service, and keeps it from the first
//! one it accepts until it says `host_release`.

use core::ffi::c_void;

use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, Full, Relaxed},
        Arc,
        ArcBorrow, //
    },
};

use crate::lldd::{
    account::Account,
    accounting::ACCOUNTING, //
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
    /// How many releases are to come at most: one for each time that it logged out.
    expected: Atomic<i32>,
    /// How often the transport has let go of it.
    releases: Atomic<i32>,
}

impl HostHandle {
    /// A host that the transport has not heard of. Context: any.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(node_name: u64, port_name: u64) -> Result<Arc<Self>> {
        Ok(Arc::new(
            Self {
                node_name,
                port_name,
                invalid: Atomic::new(false),
                taken: Atomic::new(false),
                expected: Atomic::new(0),
                releases: Atomic::new(0),
            },
            GFP_ATOMIC,
        )?)
    }

    /// The transport is given the handle; says whether for the first time.
    pub(super) fn take(this: &Arc<Self>) -> bool {
        let first = !this.taken.xchg(true, Full);
        if first {
            // The reference is given back in `give_back`.
            let _ = Arc::into_raw(this.clone());
            ACCOUNTING.open(Account::HostHandles);
        }
        first
    }

    /// The transport's reference is over: whether it had one.
    fn give_back(this: &Arc<Self>) -> bool {
        let taken = this.taken.xchg(false, Full);
        if taken {
            ACCOUNTING.close(Account::HostHandles);
            // SAFETY: `take` put exactly this reference away, and the exchange above takes it once.
            drop(unsafe { Arc::from_raw(Arc::as_ptr(this)) });
        }
        taken
    }

    /// The port went away without the host being released.
    pub(crate) fn forget(this: &Arc<Self>) {
        Self::give_back(this);
    }

    /// The transport will not use the handle any more. Says whether that was asked for.
    pub(super) fn released(this: &Arc<Self>) -> bool {
        this.releases.add(1, Relaxed);
        Self::give_back(this);
        this.expected.fetch_sub(1, Full) > 0
    }

    /// How often the transport has let go of it.
    pub(crate) fn releases(&self) -> i32 {
        self.releases.load(Relaxed)
    }

    /// The host has logged out, of which `tell` tells the transport. One that did not know the
    /// host may release it in that call, and not after.
    pub(super) fn invalidate(&self, tell: impl FnOnce()) {
        let (known, releases) = (self.taken.load(Relaxed), self.releases());
        self.expected.fetch_add(1, Full);
        self.invalid.store(true, Relaxed);
        tell();
        if !known && self.releases() == releases {
            self.expected.fetch_sub(1, Full);
        }
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
    /// `handle` is null, or a handle that the transport has a reference to, or that an LLDD says has
    /// logged out just now.
    pub(super) unsafe fn from_ptr(handle: *mut c_void) -> Option<Arc<Self>> {
        if handle.is_null() {
            return None;
        }
        // SAFETY: Alive through the transport's reference, or that of who says so.
        let host = unsafe { ArcBorrow::<Self>::from_raw(handle.cast()) };
        Some(host.into())
    }
}
