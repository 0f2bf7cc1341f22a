// SPDX-License-Identifier: GPL-2.0

//! A list with room for so many, for models that would use a `Vec`.

use super::{fail, CaseResult};

/// At most `N` values, in order.
pub(crate) struct Bounded<T, const N: usize> {
    /// Room; the values come first.
    values: [Option<T>; N],
    /// How many there are.
    length: usize,
}

impl<T: Copy + PartialEq, const N: usize> Bounded<T, N> {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self {
            values: [None; N],
            length: 0,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.values.iter().take(self.length).flatten().copied()
    }

    /// Whether a value is there.
    pub(crate) fn contains(&self, value: T) -> bool {
        self.iter().any(|other| other == value)
    }

    /// Adds one at the end.
    pub(crate) fn push(&mut self, value: T) -> CaseResult {
        let Some(place) = self.values.get_mut(self.length) else {
            fail!("no room for more than {N}");
        };
        *place = Some(value);
        self.length += 1;
        Ok(())
    }

    /// Takes the one at the end.
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.length = self.length.checked_sub(1)?;
        self.values.get_mut(self.length)?.take()
    }

    /// Takes one out of the middle; the order changes.
    pub(crate) fn take(&mut self, at: usize) -> Option<T> {
        let last = self.length.checked_sub(1)?;

        self.values.get(at)?.as_ref()?;
        self.values.swap(at, last);
        self.pop()
    }
}
