// SPDX-License-Identifier: GPL-2.0

//! Association and connection identifiers.
//!
//! A target makes an association identifier of 48 random bits above 16 zero
//! bits; a connection identifier has the queue identifier in those 16 bits,
//! so that the admin connection's equals the association's. To a host both
//! are opaque. Zero is the "none" of both sides and never valid.

#![deny(unsafe_code)]

use core::num::NonZeroU64;

/// Bits of a connection identifier that hold the queue identifier.
const QUEUE_MASK: u64 = 0xffff;

/// Identifies an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssociationId(NonZeroU64);

/// Identifies a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(NonZeroU64);

impl AssociationId {
    /// A new identifier out of 64 random bits, of which 48 are used. `None`
    /// if those are all zero: draw again.
    pub const fn from_random(random: u64) -> Option<Self> {
        Self::from_wire(random & !QUEUE_MASK)
    }

    /// The identifier that a peer sent, whatever its form. `None` for zero.
    pub const fn from_wire(value: u64) -> Option<Self> {
        match NonZeroU64::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The value as it goes on the wire.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// Target side: the identifier of this association's connection for
    /// `queue`.
    pub fn connection(self, queue: u16) -> ConnectionId {
        ConnectionId(self.0 | u64::from(queue))
    }
}

impl ConnectionId {
    /// The identifier that a peer sent, whatever its form. `None` for zero.
    pub const fn from_wire(value: u64) -> Option<Self> {
        match NonZeroU64::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The value as it goes on the wire.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// Target side: the association this connection belongs to. `None` if
    /// no association of ours can have it.
    pub const fn association(self) -> Option<AssociationId> {
        AssociationId::from_wire(self.0.get() & !QUEUE_MASK)
    }

    /// Target side: the queue this connection carries.
    pub const fn queue_id(self) -> u16 {
        (self.0.get() & QUEUE_MASK) as u16
    }
}
