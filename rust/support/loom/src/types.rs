// SPDX-License-Identifier: GPL-2.0

//! `kernel::types`.

use core::{cell::UnsafeCell, mem::MaybeUninit};

/// Memory that others may write.
pub(crate) struct Opaque<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> Opaque<T> {
    pub(crate) const fn uninit() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    pub(crate) const fn get(&self) -> *mut T {
        self.0.get().cast()
    }
}
