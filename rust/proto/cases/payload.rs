// SPDX-License-Identifier: GPL-2.0

//! Bytes of any length up to what tests need, without an allocation.

use core::fmt;
use core::ops::{Deref, DerefMut};

/// Room: the longest request, and more than it.
const ROOM: usize = 1100;

/// A payload of a length that changes.
#[derive(Clone, Copy)]
pub(crate) struct Payload {
    /// The bytes, and zeros behind them.
    bytes: [u8; ROOM],
    /// How many count; no more than there is room for.
    length: usize,
}

impl Payload {
    /// Zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        Self {
            bytes: [0; ROOM],
            length: length.min(ROOM),
        }
    }

    /// A copy of these.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut payload = Self::zeros(bytes.len());

        for (to, from) in payload.iter_mut().zip(bytes) {
            *to = *from;
        }
        payload
    }

    /// Makes it shorter, or longer by zeros.
    pub(crate) fn resize(&mut self, length: usize) {
        let length = length.min(ROOM);

        for byte in self.bytes.iter_mut().skip(length) {
            *byte = 0;
        }
        self.length = length;
    }

    /// One byte more.
    pub(crate) fn push(&mut self, byte: u8) {
        let at = self.length;

        self.resize(at + 1);
        if let Some(last) = self.get_mut(at) {
            *last = byte;
        }
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl DerefMut for Payload {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<Payload> for [u8] {
    fn eq(&self, other: &Payload) -> bool {
        *self == **other
    }
}

impl<const N: usize> PartialEq<Payload> for [u8; N] {
    fn eq(&self, other: &Payload) -> bool {
        *self == **other
    }
}

impl PartialEq<Payload> for &[u8] {
    fn eq(&self, other: &Payload) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
