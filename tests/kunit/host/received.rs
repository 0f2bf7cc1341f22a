// SPDX-License-Identifier: GPL-2.0

//! Link services that the scripted controller sends to the host.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::lldd::{
    account::Account,
    accounting::ACCOUNTING,
    buffer::Buffer,
    ls_response::LsResponse,
    registration::Object,
    scatter::Bus, //
};

use super::{
    lldd::{
        require,
        Lldd, //
    },
    ports,
    script::{
        Delivery,
        On, //
    },
    sleep_ms, //
};

/// The longest answer that is kept.
const ANSWER: usize = 64;

/// What the host answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    /// How long it was.
    pub(crate) length: usize,
    /// How it began.
    pub(crate) bytes: [u8; ANSWER],
}

impl Answered {
    /// A byte of it.
    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }
}

impl Answered {
    /// What a response says.
    fn of(response: &LsResponse<()>) -> Self {
        let bytes = response.answer(Bus::NONE);
        let mut answered = Self {
            length: bytes.len(),
            bytes: [0; ANSWER],
        };
        for (to, from) in answered.bytes.iter_mut().zip(bytes) {
            *to = *from;
        }
        answered
    }
}

impl Lldd {
    /// `xmt_ls_rsp`. Context: may sleep.
    pub(super) fn respond(self: &Arc<Self>, response: LsResponse<()>) -> Result<(), c_int> {
        let rule = self.step(On::Respond);
        let answered = Answered::of(&response);
        ACCOUNTING.close(Account::HostReceived);
        sleep_ms(rule.stall);
        self.with(|state| {
            let _ = state.answered.push_within_capacity(answered);
        });
        if let Some(errno) = rule.refuse {
            // The response is freed first, as HBA drivers do.
            drop(response);
            return Err(errno);
        }
        match rule.delivery {
            Some(Delivery::Thread(delay)) => self.later(delay, move |_| response.complete()),
            Some(Delivery::Kept) => {
                let kept = self.with(|state| state.kept.push_within_capacity(response).is_ok());
                require!(kept, "no room to keep an answer", 0);
            }
            _ => response.complete(),
        }
        Ok(())
    }

    /// Lets the first answer that was kept go out; says whether there was one.
    pub(crate) fn release_answer(&self) -> bool {
        let kept = self.with(|state| state.kept.remove(0).ok());
        kept.map(LsResponse::complete).is_some()
    }
}

/// Gives the host a link service request, as if it came from `remote`.
///
/// # Errors
///
/// The transport's; then no answer comes.
pub(crate) fn send(remote: Object, request: &[u8]) -> Result<(), c_int> {
    let response = LsResponse::new(()).map_err(Error::to_errno)?;
    let request = Buffer::new(request, 0, GFP_KERNEL).map_err(Error::to_errno)?;
    ACCOUNTING.open(Account::HostReceived);
    let result = ports::pass(remote).receive_ls(None, response, &request);
    if result.is_err() {
        ACCOUNTING.close(Account::HostReceived);
    }
    result
}
