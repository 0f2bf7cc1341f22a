// SPDX-License-Identifier: GPL-2.0

//! The states of a link service under way, and what its operations are called.

#![deny(unsafe_code)]

use crate::lldd::{
    account::Account,
    kind::Kind, //
};

/// The sender's request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// Waits.
    Waiting,
    /// Its end is known but kept back.
    Held,
    /// Its end is on the way.
    Finishing,
    /// Over.
    Done,
}

/// The receiver's exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// Not handed over.
    New,
    /// Handed over, no answer yet.
    Owned,
    /// Answered; the receiver waits to hear that the answer was sent.
    Answered,
    /// Over.
    Over,
}

/// The kinds of operation of one direction.
pub(crate) struct Kinds {
    /// The sender's request is completed.
    pub(crate) done: Kind,
    /// The request is handed over.
    pub(crate) receives: Kind,
    /// The receiver answers.
    pub(crate) responds: Kind,
    /// The sender's account.
    pub(crate) sent: Account,
    /// The receiver's account.
    pub(crate) received: Account,
}

impl Kinds {
    /// The kinds of a direction: from a host to a target, or the reverse.
    pub(crate) fn of(to_target: bool) -> Self {
        if to_target {
            Kinds {
                done: Kind::HostLsDone,
                receives: Kind::TargetReceivesLs,
                responds: Kind::TargetLsResponse,
                sent: Account::HostServices,
                received: Account::TargetReceived,
            }
        } else {
            Kinds {
                done: Kind::TargetLsDone,
                receives: Kind::HostReceivesLs,
                responds: Kind::HostLsResponse,
                sent: Account::TargetServices,
                received: Account::HostReceived,
            }
        }
    }
}
