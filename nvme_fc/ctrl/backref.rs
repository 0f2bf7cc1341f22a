// SPDX-License-Identifier: GPL-2.0

//! A part's reference to the controller that it is part of.

use core::ptr;

use kernel::sync::{
    Arc,
    ArcBorrow, //
};

use crate::{
    ctrl::Ctrl,
    shared::support::word::Word, //
};

/// Points from a part of a controller to the controller.
///
/// # Invariants
///
/// Once set, points at the counted object that owns the part: so whoever can
/// reach the part keeps the controller alive.
pub(crate) struct Backref(Word<*const Ctrl>);

impl Backref {
    /// To be set before the part is used.
    pub(crate) const fn new() -> Self {
        Self(Word::new(ptr::null()))
    }

    /// Points at `owner`.
    ///
    /// # Safety
    ///
    /// This is a part of `owner`, and is used by nobody yet.
    pub(crate) unsafe fn set(&self, owner: &Arc<Ctrl>) {
        // INVARIANT: As the caller promises.
        self.0.set(Arc::as_ptr(owner));
    }

    /// The controller.
    #[inline(always)]
    pub(crate) fn get(&self) -> &Ctrl {
        // SAFETY: By the invariant it owns this part, and lives as long.
        unsafe { &*self.0.get() }
    }

    /// The controller as a counted object. Context: somebody holds a reference
    /// for the time of the borrow, the NVMe core if nobody else.
    pub(crate) fn counted(&self) -> ArcBorrow<'_, Ctrl> {
        // SAFETY: By the invariant this came from an `Arc` that is alive.
        unsafe { ArcBorrow::from_raw(self.0.get()) }
    }
}
