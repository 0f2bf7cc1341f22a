// SPDX-License-Identifier: GPL-2.0

//! What a target asks for, and what it says in the end.

#![deny(unsafe_code)]

use kernel::prelude::*;

/// An operation that the target asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Which.
    pub(crate) operation: u8,
    /// Where its data begins.
    pub(crate) offset: u32,
    /// How long it is.
    pub(crate) length: u32,
    /// How many elements that is.
    pub(crate) elements: c_int,
}

/// A response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    /// The bytes; zeros behind a short one.
    pub(crate) bytes: [u8; 32],
    /// How many there are.
    pub(crate) length: u16,
}

impl Response {
    /// The status of an extended one, without the phase; 0 for a short one.
    pub(crate) fn status(&self) -> u16 {
        u16::from_le_bytes([self.bytes[30], self.bytes[31]]) >> 1
    }

    /// The command specific result.
    pub(crate) fn result(&self) -> u32 {
        u32::from_le_bytes([
            self.bytes[16],
            self.bytes[17],
            self.bytes[18],
            self.bytes[19],
        ])
    }

    /// Bytes moved, as an extended one says.
    pub(crate) fn transferred(&self) -> u32 {
        u32::from_be_bytes([self.bytes[8], self.bytes[9], self.bytes[10], self.bytes[11]])
    }

    /// The sequence number of an extended one.
    pub(crate) fn sequence_number(&self) -> u32 {
        u32::from_be_bytes([self.bytes[4], self.bytes[5], self.bytes[6], self.bytes[7]])
    }
}
