// SPDX-License-Identifier: GPL-2.0

//! A part's reference to the counted object that it is part of, for
//! `rust/kernel/sync/arc.rs`.

use core::ptr;

use kernel::sync::{
    Arc,
    ArcBorrow, //
};

use crate::shared::support::word::Word;

/// Points from a part to the whole.
///
/// # Invariants
///
/// Once set, points at the counted object that owns the part: so whoever can
/// reach the part keeps the whole alive.
pub(crate) struct Backref<T>(Word<*const T>);

impl<T> Backref<T> {
    /// To be set before the part is used.
    pub(crate) const fn new() -> Self {
        Self(Word::new(ptr::null()))
    }

    /// Points at `whole`.
    ///
    /// # Safety
    ///
    /// This is a part of `whole`, and is used by nobody yet.
    pub(crate) unsafe fn set(&self, whole: &Arc<T>) {
        // INVARIANT: By this function's contract.
        self.0.set(Arc::as_ptr(whole));
    }

    /// The whole.
    #[inline(always)]
    pub(crate) fn get(&self) -> &T {
        // SAFETY: By the invariant it owns this part, and lives as long.
        unsafe { &*self.0.get() }
    }

    /// The whole as a counted object. Context: somebody holds a reference for the
    /// time of the borrow.
    pub(crate) fn counted(&self) -> ArcBorrow<'_, T> {
        // SAFETY: By the invariant this came from an `Arc` that is alive.
        unsafe { ArcBorrow::from_raw(self.0.get()) }
    }
}
