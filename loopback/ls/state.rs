// SPDX-License-Identifier: GPL-2.0

//! The states of a link service under way, and how it can end.

#![deny(unsafe_code)]

use crate::{
    ls::{
        io::Token,
        object::LsExchange, //
    },
    plan::{
        accounts::Account,
        kind::Kind, //
    }, //
};

/// Longest answer that is kept.
pub(crate) const ANSWER: usize = 128;

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

/// How a link service ends for its sender.
#[derive(Clone, Copy)]
pub(crate) struct LsOutcome {
    /// 0, or a negative errno.
    pub(crate) status: i32,
    /// The answer.
    pub(crate) answer: [u8; ANSWER],
    /// Its length.
    pub(crate) length: usize,
    /// Say it twice.
    pub(crate) twice: bool,
}

impl LsOutcome {
    /// No answer.
    pub(crate) const fn failed(status: i32) -> Self {
        Self {
            status,
            answer: [0; ANSWER],
            length: 0,
            twice: false,
        }
    }

    /// That answer.
    pub(crate) fn of(payload: &[u8]) -> Self {
        let mut outcome = Self::failed(0);
        for (to, byte) in outcome.answer.iter_mut().zip(payload) {
            *to = *byte;
        }
        outcome.length = payload.len().min(ANSWER);
        outcome
    }

    /// LS_RJT to a request with that command, with reason and explanation.
    pub(crate) fn reject(command: u8, reason: u8, explanation: u8) -> Self {
        Self::of(&[
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            32, // LS_RJT, 32 bytes of descriptors
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            8,
            command,
            0,
            0,
            0,
            0,
            0,
            0,
            0, // the request
            0,
            0,
            0,
            2,
            0,
            0,
            0,
            8,
            0,
            reason,
            explanation,
            0,
            0,
            0,
            0,
            0, // why
        ])
    }
}

/// What changes during a link service's life.
pub(crate) struct LsState {
    /// The sender's request.
    pub(crate) sender: Sender,
    /// The receiver's exchange.
    pub(crate) receiver: Receiver,
    /// How it ends for the sender.
    pub(crate) outcome: LsOutcome,
    /// The receiver's exchange when it is to be given back.
    pub(crate) token: Option<Token>,
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

impl LsExchange {
    /// The kinds of this direction.
    pub(crate) fn kinds(&self) -> Kinds {
        if self.to_target {
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
