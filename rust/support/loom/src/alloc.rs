// SPDX-License-Identifier: GPL-2.0

//! `kernel::alloc`, which does not fail here.

use std::ops::Deref;

use crate::prelude::Result;

/// Flags of an allocation.
#[derive(Clone, Copy)]
pub(crate) struct Flags;

/// A vector.
pub(crate) struct KVVec<T>(Vec<T>);

impl<T> KVVec<T> {
    pub(crate) fn with_capacity(capacity: usize, _: Flags) -> Result<Self> {
        Ok(Self(Vec::with_capacity(capacity)))
    }

    pub(crate) fn push(&mut self, value: T, _: Flags) -> Result {
        self.0.push(value);
        Ok(())
    }
}

impl<T> Deref for KVVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}
