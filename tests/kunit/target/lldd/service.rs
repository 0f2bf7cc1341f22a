// SPDX-License-Identifier: GPL-2.0

//! Link services that the scripted host sends.

use kernel::{
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::{Full, Relaxed},
        Arc, SpinLockIrq,
    },
};

use super::{port::Port, script::Place, threads};
use crate::{
    cases::{
        outcome::{
            fail,
            CaseResult, //
        },
        payload::Payload, //
    },
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        host_handle::HostHandle,
        ls_response::LsResponse,
        ports::TargetPort,
        scatter::Bus, //
    },
    shared::support::completion::Completion, //
};

/// A link service request, and what became of it.
#[pin_data]
pub(crate) struct Service {
    /// The port it came in at.
    pub(crate) port: Arc<Port>,
    /// What `xmt_ls_rsp` does.
    plan: Plan,
    /// What came.
    #[pin]
    state: SpinLockIrq<State>,
    /// `xmt_ls_rsp` was called.
    #[pin]
    answered: Completion,
}

/// A link service that there is not; it is rejected.
pub(crate) const UNKNOWN: [u8; 4] = [9, 0, 0, 0];

/// What `xmt_ls_rsp` does.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// It returns this, unless 0, after the LLDD's memory was freed.
    pub(crate) refuse: c_int,
    /// Where `done` is called.
    pub(crate) place: Place,
}

impl Plan {
    /// The answer goes out at once.
    pub(crate) const USUAL: Self = Self {
        refuse: 0,
        place: Place::Now,
    };
}

/// What a service has come to.
struct State {
    /// The answer's bytes.
    answer: Option<Payload>,
    /// The one whose `done` is held back.
    held: Option<LsResponse<Arc<Service>>>,
}

/// The answer is out.
fn finish(response: LsResponse<Arc<Service>>) {
    response.complete();
    ACCOUNTING.close(Account::TargetReceived);
}

impl Service {
    /// A service that `port` receives. Context: may sleep.
    pub(super) fn new(port: &Arc<Port>, plan: Plan) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                port: port.clone(),
                plan,
                state <- new_spinlock_irq!(State {
                    answer: None,
                    held: None,
                }),
                answered <- Completion::new(),
            }),
            GFP_KERNEL,
        )
    }

    /// Delivers it from `host`; the outcome is the transport's. Context: may
    /// sleep.
    pub(super) fn deliver(
        self: &Arc<Self>,
        host: Option<&Arc<HostHandle>>,
        payload: &[u8],
    ) -> Result {
        let response = LsResponse::new(self.clone())?;
        ACCOUNTING.open(Account::TargetReceived);
        let result = self.port.deliver_ls(host, response, payload);
        if result.is_err() {
            ACCOUNTING.close(Account::TargetReceived);
        }
        result
    }

    /// The transport answers: `xmt_ls_rsp`.
    pub(super) fn transmit(
        object: &TargetPort,
        response: LsResponse<Arc<Self>>,
    ) -> Result<(), c_int> {
        let service = response.owner().clone();
        if !service.port.is(object) {
            ACCOUNTING.unexpected("an answer at another port", 0);
        }
        let answer = Payload::of(response.answer(Bus::NONE));
        if service.state.lock().answer.replace(answer).is_some() {
            ACCOUNTING.unexpected("a second answer", 0);
        }
        if service.plan.refuse != 0 {
            ACCOUNTING.close(Account::TargetReceived);
            drop(response);
            service.answered.complete_all();
            return Err(service.plan.refuse);
        }
        match service.plan.place {
            Place::Now => finish(response),
            Place::Hold => service.state.lock().held = Some(response),
            Place::Thread(wait) => {
                let port = service.port.clone();
                port.threads.add(1, Relaxed);
                let spawned = threads::threads().try_spawn(GFP_KERNEL, move || {
                    port.pause(wait);
                    finish(response);
                    port.threads.add(-1, Relaxed);
                });
                if spawned.is_err() {
                    ACCOUNTING.unexpected("no memory", 0);
                }
            }
        }
        service.answered.complete_all();
        service.follow();
        Ok(())
    }

    /// Sends another one, as long as there are to be more.
    fn follow(&self) {
        let flood = &self.port.flood;
        if flood.load(Relaxed) <= 0 || flood.fetch_sub(1, Full) <= 0 {
            return;
        }
        let next = Self::new(&self.port, Plan::USUAL);
        let next = next.and_then(|next| next.deliver(None, &UNKNOWN));
        // The case may have stopped the flood since, and have unregistered the
        // port.
        if next.is_err() && flood.load(Relaxed) > 0 {
            ACCOUNTING.unexpected("a link service that is not taken", 0);
        }
    }

    /// Lets an answer that is held go out, and calls `done` a second time after
    /// `between`, which no LLDD should.
    pub(crate) fn done_twice(&self, between: impl FnOnce() -> CaseResult) -> CaseResult {
        let Some(response) = self.state.lock().held.take() else {
            fail!("no answer is held");
        };
        // SAFETY: Wrong on purpose; the transport keeps what its function needs while the port is
        // there, which this case knows.
        let outcome = unsafe { response.complete_twice(between) };
        ACCOUNTING.close(Account::TargetReceived);
        outcome
    }

    /// Lets an answer that is held go out.
    pub(crate) fn let_go(&self) -> CaseResult {
        let held = self.state.lock().held.take();
        match held {
            Some(response) => finish(response),
            None => fail!("no answer is held"),
        }
        Ok(())
    }

    /// Waits for the answer, and returns it. Context: may sleep.
    pub(crate) fn answer(&self) -> CaseResult<Payload> {
        if !self.answered.wait_timeout(Port::PATIENCE) {
            fail!("a link service was not answered");
        }
        match self.state.lock().answer {
            Some(answer) => Ok(answer),
            None => fail!("a link service has no answer"),
        }
    }

    /// Whether it was answered by now.
    pub(crate) fn is_answered(&self) -> bool {
        self.state.lock().answer.is_some()
    }
}
