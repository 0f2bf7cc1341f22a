// SPDX-License-Identifier: GPL-2.0

//! Hosts behind the port.

use core::{ffi::c_void, ptr};

use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, Relaxed},
        Arc,
    },
};

use super::{books::Call, port::Port};

/// A host behind the port. Kept by the case until the port is gone.
pub(crate) struct Host {
    /// Its port's books.
    port: Arc<Port>,
    /// How often it was released.
    releases: Atomic<i32>,
    /// Its port's name.
    name: u64,
}

impl Host {
    /// A host that is there.
    pub(crate) fn new(port: &Arc<Port>, name: u64) -> Result<Arc<Self>> {
        Ok(Arc::new(
            Self {
                port: port.clone(),
                releases: Atomic::new(0),
                name,
            },
            GFP_KERNEL,
        )?)
    }

    /// What the transport knows it by.
    pub(crate) fn handle(&self) -> *mut c_void {
        ptr::from_ref(self).cast_mut().cast()
    }

    /// The host behind a handle.
    ///
    /// # Safety
    ///
    /// It is the handle of a host that is kept.
    pub(super) unsafe fn of<'a>(handle: *mut c_void) -> &'a Self {
        // SAFETY: As this function's.
        unsafe { &*handle.cast::<Self>() }
    }

    /// `host_release`.
    pub(super) fn released(&self) {
        self.port.books.count(Call::HostRelease);
        self.releases.add(1, Relaxed);
    }

    /// How often it was released.
    pub(crate) fn releases(&self) -> i32 {
        self.releases.load(Relaxed)
    }

    /// Its names, node and port.
    pub(super) fn names(&self) -> (u64, u64) {
        (self.name | 1 << 60, self.name)
    }
}
