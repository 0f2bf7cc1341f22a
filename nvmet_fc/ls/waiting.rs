// SPDX-License-Identifier: GPL-2.0

//! Received link services that wait long for their answer: Disconnects, which
//! wait for the end of their association. Each keeps memory of its own, a tenth
//! of a context, so that those contexts are there for others.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    counts,
    ls::traced,
    port::core::Hold,
    shared::{
        fc::ls_response::{
            self,
            NewAnswer,
            OwedAnswer,
            OwesAnswer,
            UnansweredLs, //
        },
        proto::{
            ls::response::LsResponse,
            wire::ls, //
        },
        support::books::Entry, //
    }, //
};

/// What waits. The LLDD has one reference from the answer until `done`.
#[pin_data]
struct Waiting {
    /// The answer, unmapped before the port may go.
    #[pin]
    owed: OwedAnswer<()>,
    /// The target port.
    port: Hold,
    /// It among those received.
    _entry: Option<Entry>,
    /// It among those that wait.
    _waiting: Entry,
}

/// A link service that was accepted and must be answered.
pub(crate) struct WaitingLs(Arc<Waiting>);

impl WaitingLs {
    /// One in the place of a context, whose entry it takes over. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or `EFAULT` when the response cannot be mapped. The entry stays.
    pub(crate) fn new(
        port: Hold,
        response: UnansweredLs,
        entry: &mut Option<Entry>,
    ) -> Result<Self> {
        let owed = OwedAnswer::new(port.device(), (), response)?;
        let waiting = pin_init!(Waiting {
            owed <- owed,
            port,
            // Once there is memory.
            _entry: entry.take(),
            _waiting: counts::WAITING.enter(),
        });
        Ok(Self(Arc::pin_init(waiting, GFP_KERNEL)?))
    }

    /// Answers it. Context: may sleep.
    pub(crate) fn answer(self, answer: &LsResponse) {
        let (port, response) = (&self.0.port, self.0.owed.response());
        traced::answered(port, response, ls::DISCONNECT_ASSOCIATION, answer);
        counts::answered(answer);
        ls_response::answer(&self.0, answer);
    }
}

impl OwesAnswer for Waiting {
    type InUse = ();

    fn owed(&self) -> &OwedAnswer<()> {
        &self.owed
    }

    fn xmt_ls_rsp(this: &Arc<Self>, answer: NewAnswer) -> Result {
        let outcome = this.port.lldd.xmt_ls_rsp(answer);
        outcome.inspect_err(|_| counts::FAILED_ANSWERS.up())
    }

    /// All goes with the last reference, which may be the LLDD's.
    fn over(this: Arc<Self>) {
        drop(this);
    }
}
