// SPDX-License-Identifier: GPL-2.0

//! A port's registration with a transport, which outlives its end for a while.

#![deny(unsafe_code)]

use crate::lldd::account::Violation;

/// Where a port is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Life {
    /// Not registered; the transport has nothing of it.
    #[default]
    Gone,
    /// Registered.
    Registered,
    /// Unregistered, but not yet reported gone.
    Draining,
}

/// What a change of a port's life means for the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// The transport has a new object.
    Opened,
    /// The transport has one less.
    Closed,
}

impl Life {
    /// The port was registered. While it drains, the transport may take the
    /// old object up again, and reports it gone once.
    pub(crate) fn register(&mut self, same_object: bool) -> Change {
        let resumed = *self == Self::Draining && same_object;
        *self = Self::Registered;
        if resumed {
            Change::None
        } else {
            Change::Opened
        }
    }

    /// The port is about to be unregistered.
    pub(crate) fn unregister(&mut self) {
        if *self == Self::Registered {
            *self = Self::Draining;
        }
    }

    /// The transport reports it gone.
    pub(crate) fn deleted(&mut self) -> Result<Change, Violation> {
        match self {
            Self::Draining => {
                *self = Self::Gone;
                Ok(Change::Closed)
            }
            _ => Err(Violation::UnexpectedDelete),
        }
    }

    /// The name of the state.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Registered => "registered",
            Self::Draining => "draining",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cycle() {
        let mut life = Life::default();
        assert_eq!(life.deleted(), Err(Violation::UnexpectedDelete));
        assert_eq!(life.register(false), Change::Opened);
        assert_eq!(life.deleted(), Err(Violation::UnexpectedDelete));
        life.unregister();
        assert_eq!(life, Life::Draining);
        assert_eq!(life.deleted(), Ok(Change::Closed));
        assert_eq!(life.deleted(), Err(Violation::UnexpectedDelete));
        assert_eq!(life.register(true), Change::Opened);
    }

    #[test]
    fn resumed_while_draining() {
        let mut life = Life::default();
        life.register(false);
        life.unregister();
        assert_eq!(life.register(true), Change::None);
        life.unregister();
        assert_eq!(life.deleted(), Ok(Change::Closed));
    }
}
