// SPDX-License-Identifier: GPL-2.0

//! What a case does with a command that it sent, and asks of it.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use super::{
    exchange::Exchange,
    port::Port,
    response::{Response, Step},
};
use crate::cases::outcome::{fail, CaseResult};

impl Exchange {
    /// The host aborts it. Context: any.
    pub(crate) fn abort(self: &Arc<Self>) {
        self.port.abort(self);
    }

    /// Lets the operation that is held end.
    pub(crate) fn let_go(&self) -> CaseResult {
        let held = core::mem::take(&mut self.state.lock().held);
        if !held {
            fail!("no operation is held");
        }
        self.end(None);
        Ok(())
    }

    /// Ends the operation that is held, if there is one; says so.
    pub(crate) fn let_go_if_held(&self) -> bool {
        let held = core::mem::take(&mut self.state.lock().held);
        if held {
            self.end(None);
        }
        held
    }

    /// Waits until an operation is held. Context: may sleep.
    pub(crate) fn wait_held(&self) -> CaseResult {
        if self.arrived.wait_timeout(Port::PATIENCE) {
            return Ok(());
        }
        fail!("no operation came");
    }

    /// Waits until the target has given it back; the response, if there was
    /// one. Context: may sleep.
    pub(crate) fn wait_over(&self) -> CaseResult<Option<Response>> {
        if !self.over.wait_timeout(Port::PATIENCE) {
            fail!("the target keeps an exchange");
        }
        Ok(self.state.lock().response)
    }

    /// Waits until its `defer_rcv` is held. Context: may sleep.
    pub(crate) fn wait_deferral_held(&self) -> CaseResult {
        if self.deferral_held.wait_timeout(Port::PATIENCE) {
            return Ok(());
        }
        fail!("no defer_rcv came");
    }

    /// Lets its `defer_rcv` return.
    pub(crate) fn let_deferral_go(&self) {
        self.deferral_let_go.complete_all();
    }

    /// The host aborts it, from a thread of its own.
    pub(crate) fn abort_in_thread(self: &Arc<Self>) -> CaseResult {
        let this = self.clone();

        self.port.in_thread(move || this.abort())
    }

    /// Whether the transport's pointer in it leads to anything.
    pub(crate) fn leads_somewhere(&self) -> bool {
        self.nvmet_private() != 0
    }

    /// Whether the target has given it back by now.
    pub(crate) fn is_over(&self) -> bool {
        self.state.lock().released
    }

    /// How often `fcp_abort` and `defer_rcv` were called.
    pub(crate) fn aborts_and_deferrals(&self) -> (u32, u32) {
        let state = self.state.lock();
        (state.aborts, state.deferrals)
    }

    /// How many operations there were.
    pub(crate) fn steps(&self) -> usize {
        self.state.lock().steps.len()
    }

    /// An operation, from 0.
    pub(crate) fn step(&self, nth: usize) -> Option<Step> {
        self.state.lock().steps.get(nth).copied()
    }

    /// The host's end of the data, after the end.
    pub(crate) fn take_data(&self) -> KVVec<u8> {
        core::mem::replace(&mut self.state.lock().data, KVVec::new())
    }
}
