// SPDX-License-Identifier: GPL-2.0

//! A link service on its way from one transport to the other, and its answer
//! on the way back.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use crate::{
    ls::{
        io::{
            LsRequest,
            Token, //
        },
        object::{
            LsExchange,
            ANSWERED,
            ARRIVAL,
            COMPLETION,
            TIMEOUT, //
        },
        state::{
            LsOutcome,
            Receiver,
            Sender, //
        }, //
    },
    plan::{
        accounts::Offence,
        config::Role,
        kind::Kind,
        mode::Delivery,
        rules::{
            Fate,
            Fault,
            Place, //
        }, //
    },
    port::{
        registry,
        Port, //
    },
    support::{
        books::BOOKS,
        plan_store,
        ticket, //
    }, //
};

impl LsExchange {
    /// The port of the side that answers, which delivers its answers.
    fn far(&self) -> Option<Arc<Port>> {
        let port = if self.to_target {
            self.target.clone()
        } else {
            registry::port(Role::Local, self.host_name, 0)
        };
        port.or_else(|| self.near.clone())
    }

    /// What goes wrong with an operation of this link service on `port`.
    fn fault(&self, port: Option<&Arc<Port>>, kind: Kind) -> Fault {
        port.map_or_else(Fault::default, |port| {
            plan_store::fault(&port.event(kind, u16::from(self.code), 0))
        })
    }

    /// Where an end of it is delivered.
    fn delivery(port: Option<&Arc<Port>>, fault: &Fault) -> Delivery {
        let usual = port.map_or(Delivery::Work, |port| port.delivery());
        match (fault.place, fault.delay) {
            (Some(Place::Inline), _) => Delivery::Inline,
            (Some(Place::Irq), delay) => Delivery::Irq(delay),
            (Some(Place::Process), 0) => Delivery::Unbound,
            (None, 0) => usual,
            (_, delay) => Delivery::Later(delay),
        }
    }

    /// Sends it off; `timeout` seconds bound the wait for its answer.
    /// Context: any.
    pub(crate) fn send(self: &Arc<Self>, fault: &Fault, timeout: u32) {
        if let Some((reason, explanation)) = fault.reject {
            let outcome = LsOutcome::reject(self.code, reason, explanation);
            return self.settle(outcome, false, Self::delivery(self.near.as_ref(), fault));
        }
        if let Some(answer) = &fault.answer {
            let outcome = LsOutcome::of(answer.as_slice());
            return self.settle(outcome, false, Self::delivery(self.near.as_ref(), fault));
        }
        if let Some(status) = fault.status {
            let outcome = LsOutcome::failed(status);
            return self.settle(outcome, false, Self::delivery(self.near.as_ref(), fault));
        }
        if fault.fate == Fate::Held {
            return;
        }
        let enforced = self
            .near
            .as_ref()
            .is_some_and(|near| near.config.ls_timeout);
        if timeout != 0 && enforced {
            let bound = u64::from(timeout.min(120)).saturating_mul(1_000_000_000);
            ticket::arm(self.clone(), TIMEOUT, Delivery::Later(bound));
        }
        if fault.fate == Fate::Lost {
            return;
        }
        let delivery = Self::delivery(self.near.as_ref(), fault);
        ticket::arm(self.clone(), ARRIVAL, delivery.in_process().not_inline());
    }

    /// One of its events.
    pub(crate) fn event(self: Arc<Self>, slot: usize) {
        match slot {
            ARRIVAL => self.arrive(),
            COMPLETION => self.complete(),
            ANSWERED => self.sent(),
            TIMEOUT => {
                let outcome = LsOutcome::failed(ETIMEDOUT.to_errno());
                self.settle(outcome, false, Delivery::Work);
            }
            _ => {}
        }
    }

    /// It has reached the other side. Context: may sleep.
    fn arrive(self: Arc<Self>) {
        let kinds = self.kinds();
        let fault = self.fault(self.far().as_ref(), kinds.receives);
        {
            let mut state = self.state.lock();
            if state.sender != Sender::Waiting {
                state.receiver = Receiver::Over;
                drop(state);
                return self.tidy();
            }
            state.receiver = Receiver::Owned;
        }
        if matches!(fault.fate, Fate::Lost | Fate::Held) {
            self.state.lock().receiver = Receiver::Over;
            return;
        }
        BOOKS.open(kinds.received);
        let verdict = match fault.errno {
            0 => self.hand_over(),
            errno => errno,
        };
        if verdict != 0 {
            BOOKS.close(kinds.received);
            self.state.lock().receiver = Receiver::Over;
            self.finish(LsOutcome::failed(verdict));
            self.tidy();
        }
    }

    /// The receiver answers with `answer`; returns what `xmt_ls_rsp` returns.
    /// Context: any.
    pub(crate) fn answered(self: &Arc<Self>, token: Token, answer: &[u8]) -> i32 {
        let kinds = self.kinds();
        let far = self.far();
        let fault = self.fault(far.as_ref(), kinds.responds);
        let early = {
            let mut state = self.state.lock();
            let again = state.receiver != Receiver::Owned;
            state.receiver = if fault.errno == 0 {
                Receiver::Answered
            } else {
                Receiver::Over
            };
            again
        };
        if early {
            BOOKS.offend(Offence::AnsweredTwice);
        }
        if fault.errno != 0 {
            // The exchange is freed before the transport hears of the error.
            drop(token);
            BOOKS.close(kinds.received);
            self.finish(LsOutcome::failed(ECONNRESET.to_errno()));
            self.tidy();
            return fault.errno;
        }
        if fault.fate != Fate::Lost {
            let mut outcome = LsOutcome::of(answer);
            outcome.length = fault.alter.apply(&mut outcome.answer, outcome.length);
            self.finish(outcome);
        }
        self.state.lock().token = Some(token);
        if fault.fate != Fate::Held {
            ticket::arm(self.clone(), ANSWERED, Self::delivery(far.as_ref(), &fault));
        }
        0
    }

    /// The answer has been sent: the receiver's exchange is over.
    fn sent(self: Arc<Self>) {
        let token = {
            let mut state = self.state.lock();
            state.receiver = Receiver::Over;
            state.token.take()
        };
        if let Some(token) = token {
            BOOKS.close(self.kinds().received);
            token.done();
        }
        self.tidy();
    }

    /// Ends the sender's request, as the fault plan likes it. Context: any.
    fn finish(self: &Arc<Self>, mut outcome: LsOutcome) {
        let fault = self.fault(self.near.as_ref(), self.kinds().done);
        if let Some(status) = fault.status {
            outcome.status = status;
        }
        if let Some((reason, explanation)) = fault.reject {
            outcome = LsOutcome::reject(self.code, reason, explanation);
        }
        if let Some(answer) = &fault.answer {
            outcome = LsOutcome::of(answer.as_slice());
        }
        outcome.length = fault.alter.apply(&mut outcome.answer, outcome.length);
        outcome.twice = fault.fate == Fate::Twice;
        if fault.fate == Fate::Lost {
            return;
        }
        let hold = fault.fate == Fate::Held;
        self.settle(outcome, hold, Self::delivery(self.near.as_ref(), &fault));
    }

    /// Ends the sender's request. The first outcome counts.
    fn settle(self: &Arc<Self>, outcome: LsOutcome, hold: bool, delivery: Delivery) {
        {
            let mut state = self.state.lock();
            match state.sender {
                Sender::Waiting if hold => {
                    state.sender = Sender::Held;
                    state.outcome = outcome;
                    return;
                }
                Sender::Waiting | Sender::Held => {
                    state.sender = Sender::Finishing;
                    state.outcome = outcome;
                }
                Sender::Finishing | Sender::Done => return,
            }
        }
        ticket::arm(self.clone(), COMPLETION, delivery);
    }

    /// Gives the sender's request back. Context: that of the delivery.
    fn complete(self: Arc<Self>) {
        let outcome = {
            let mut state = self.state.lock();
            if state.sender != Sender::Finishing {
                return;
            }
            state.sender = Sender::Done;
            if state.receiver == Receiver::New {
                state.receiver = Receiver::Over;
            }
            state.outcome
        };
        ticket::cancel(&self, TIMEOUT);
        match &self.request {
            LsRequest::Real(_) => {
                registry::remove_service(self.request.key());
                BOOKS.close(self.kinds().sent);
                let bus = self.near.as_ref().map(|near| near.bus());
                self.request.complete(bus, &outcome);
            }
            LsRequest::Injected => {
                if let Some(near) = &self.near {
                    let answer = outcome.answer.get(..outcome.length).unwrap_or(&[]);
                    near.records.add(outcome.status, 0, answer, true);
                    near.inject_end();
                }
            }
        }
        self.tidy();
    }

    /// The sender aborts it. Context: any.
    pub(crate) fn abort(self: &Arc<Self>, fault: &Fault) {
        if fault.fate == Fate::Ignored {
            return;
        }
        let delivery = match (fault.place, fault.delay) {
            (Some(Place::Inline), _) => Delivery::Inline,
            (_, 0) => Delivery::Work,
            (_, delay) => Delivery::Later(delay),
        };
        let outcome = LsOutcome::failed(ECANCELED.to_errno());
        self.settle(outcome, false, delivery);
    }

    /// What was kept back of it is delivered. Context: any.
    pub(crate) fn let_go(self: &Arc<Self>) {
        let (finish, answered) = {
            let mut state = self.state.lock();
            let held = state.sender == Sender::Held;
            if held {
                state.sender = Sender::Finishing;
            }
            (held, state.token.is_some())
        };
        if finish {
            ticket::arm(self.clone(), COMPLETION, Delivery::Work);
        }
        if answered {
            ticket::arm(self.clone(), ANSWERED, Delivery::Work);
        }
    }

    /// Nobody will answer it any more: ends it if nothing has. Context: any.
    pub(crate) fn give_up(self: &Arc<Self>) {
        let outcome = LsOutcome::failed(ECANCELED.to_errno());
        self.settle(outcome, false, Delivery::Work);
    }

    /// Forgets it if nothing of it is left.
    fn tidy(self: &Arc<Self>) {
        let over = {
            let state = self.state.lock();
            state.sender == Sender::Done && matches!(state.receiver, Receiver::Over)
        };
        if over {
            registry::remove_ls_exchange(self);
        }
    }
}
