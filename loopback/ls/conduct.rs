// SPDX-License-Identifier: GPL-2.0

//! A link service on its way from one transport to the other, and its answer
//! on the way back.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc, time::Instant};

use crate::{
    lldd::{
        account::Violation,
        accounting::ACCOUNTING,
        kind::Kind,
        ls_response::LsResponse,
        scatter::Bus, //
    },
    ls::{
        object::{
            complete,
            LsExchange,
            ANSWERED,
            ARRIVAL,
            COMPLETION,
            TIMEOUT, //
        },
        state::{
            Kinds,
            Receiver,
            Sender, //
        }, //
    },
    plan::{
        config::Role,
        mode::Delivery,
        outcome::Outcome,
        rules::{
            Fate,
            Fault, //
        }, //
    },
    port::{
        registry,
        Port, //
    },
    support::{
        delayed,
        registry::{
            by_request,
            remove,
            remove_request, //
        }, //
    }, //
};

impl LsExchange {
    /// The kinds of this direction.
    fn kinds(&self) -> Kinds {
        Kinds::of(self.parts.to_target)
    }

    /// The port of the side that answers.
    fn receiver(&self) -> Option<Arc<Port>> {
        match self.parts.to_target {
            true => self.parts.target.clone(),
            false => registry::port(Role::Local, self.parts.host_name, 0),
        }
    }

    /// The port that delivers the answers of that side.
    fn responder(&self) -> Arc<Port> {
        self.receiver().unwrap_or_else(|| self.parts.sender.clone())
    }

    /// What goes wrong with an operation of this link service on `port`.
    fn fault(&self, port: &Port, kind: Kind) -> Fault {
        port.fault(kind, u16::from(self.code), 0)
    }

    /// Where an end of it is delivered to the sender.
    fn delivery(&self, fault: &Fault) -> Delivery {
        fault.delivery(|| self.parts.sender.delivery())
    }

    /// Sends it off; `timeout` seconds bound the wait for its answer.
    /// Context: any.
    pub(crate) fn send(self: &Arc<Self>, fault: &Fault, timeout: u32) {
        let outcome = match (fault.reject, &fault.answer, fault.status) {
            (Some((reason, explanation)), _, _) => {
                Some(Outcome::reject(self.code, reason, explanation))
            }
            (None, Some(answer), _) => Some(Outcome::of(answer.as_slice())),
            (None, None, status) => status.map(Outcome::failed),
        };
        if let Some(outcome) = outcome {
            return self.settle(outcome, false, self.delivery(fault));
        }
        if fault.fate == Fate::Held {
            return;
        }
        if timeout != 0 && self.parts.sender.config.ls_timeout {
            let bound = u64::from(timeout.min(120)).saturating_mul(1_000_000_000);
            delayed::arm(self.clone(), TIMEOUT, Delivery::Later(bound));
        }
        if fault.fate == Fate::Lost {
            return;
        }
        let delivery = self.delivery(fault);
        delayed::arm(self.clone(), ARRIVAL, delivery.in_process().not_inline());
    }

    /// One of its events.
    pub(crate) fn happened(self: Arc<Self>, event: usize) {
        match event {
            ARRIVAL => self.arrive(),
            COMPLETION => self.complete(),
            ANSWERED => self.sent(),
            TIMEOUT => {
                let outcome = Outcome::failed(ETIMEDOUT.to_errno());
                self.settle(outcome, false, Delivery::Work);
            }
            _ => {}
        }
    }

    /// It has reached the other side. Context: may sleep.
    fn arrive(self: Arc<Self>) {
        let kinds = self.kinds();
        let fault = self.fault(&self.responder(), kinds.receives);
        {
            let mut state = self.state.lock();
            if state.sender != Sender::Waiting {
                state.receiver = Receiver::Over;
                drop(state);
                return self.tidy();
            }
            state.receiver = Receiver::Owned;
        }
        if fault.stays() {
            self.state.lock().receiver = Receiver::Over;
            return;
        }
        ACCOUNTING.open(kinds.received);
        let result = match fault.errno {
            0 => self.hand_over(),
            errno => Err(errno),
        };
        if let Err(errno) = result {
            ACCOUNTING.close(kinds.received);
            self.state.lock().receiver = Receiver::Over;
            self.finish(Outcome::failed(errno));
            self.tidy();
        }
    }

    /// Hands it to the receiver; returns what its transport says. Context: may sleep.
    fn hand_over(self: &Arc<Self>) -> Result<(), c_int> {
        let response = LsResponse::new(self.clone()).map_err(Error::to_errno)?;
        let parts = &self.parts;
        let port = match (parts.to_target, self.key) {
            (true, _) => parts.target.clone(),
            (false, 0) => Some(parts.sender.clone()),
            (false, _) => {
                registry::port(Role::Remote, parts.sender.config.port_name, parts.host_name)
            }
        };
        let pass = port.as_ref().and_then(|port| port.registration.enter());
        let pass = pass.ok_or(ENOTCONN.to_errno())?;
        pass.receive_ls(parts.handle.as_ref(), response, &self.payload)
    }

    /// The receiver answers: the outcome of its `xmt_ls_rsp`. Context: any.
    pub(crate) fn answered(response: LsResponse<Arc<Self>>) -> Result<(), c_int> {
        let this = response.owner().clone();
        let bus = this.receiver().map_or(Bus::NONE, |port| port.bus());
        let mut outcome = Outcome::of(response.answer(bus));
        let (kinds, responder) = (this.kinds(), this.responder());
        let fault = this.fault(&responder, kinds.responds);
        let again = {
            let mut state = this.state.lock();
            let again = state.receiver != Receiver::Owned;
            state.receiver = match fault.errno {
                0 => Receiver::Answered,
                _ => Receiver::Over,
            };
            again
        };
        if again {
            ACCOUNTING.violation(Violation::AnsweredTwice);
        }
        if fault.errno != 0 {
            // The exchange is freed before the transport hears of the error.
            drop(response);
            ACCOUNTING.close(kinds.received);
            this.finish(Outcome::failed(ECONNRESET.to_errno()));
            this.tidy();
            return Err(fault.errno);
        }
        if fault.fate != Fate::Lost {
            outcome.length = fault.alter.apply(&mut outcome.payload, outcome.length);
            this.finish(outcome);
        }
        this.state.lock().response = Some(response);
        if fault.fate != Fate::Held {
            let delivery = fault.delivery(|| responder.delivery());
            delayed::arm(this, ANSWERED, delivery);
        }
        Ok(())
    }

    /// The answer has been sent: the receiver's exchange is over.
    fn sent(self: Arc<Self>) {
        let response = {
            let mut state = self.state.lock();
            state.receiver = Receiver::Over;
            state.response.take()
        };
        if let Some(response) = response {
            ACCOUNTING.close(self.kinds().received);
            response.complete();
        }
        self.tidy();
    }

    /// Ends the sender's request, as the fault plan likes it. Context: any.
    fn finish(self: &Arc<Self>, mut outcome: Outcome) {
        let fault = self.fault(&self.parts.sender, self.kinds().done);
        if let Some(status) = fault.status {
            outcome.status = status;
        }
        if let Some((reason, explanation)) = fault.reject {
            outcome = Outcome::reject(self.code, reason, explanation);
        }
        if let Some(answer) = &fault.answer {
            outcome = Outcome::of(answer.as_slice());
        }
        outcome.length = fault.alter.apply(&mut outcome.payload, outcome.length);
        outcome.twice = fault.fate == Fate::Twice;
        if fault.fate == Fate::Lost {
            return;
        }
        let hold = fault.fate == Fate::Held;
        self.settle(outcome, hold, self.delivery(&fault));
    }

    /// Ends the sender's request. The first outcome counts.
    fn settle(self: &Arc<Self>, outcome: Outcome, hold: bool, delivery: Delivery) {
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
        delayed::arm(self.clone(), COMPLETION, delivery);
    }

    /// Gives the sender's request back. Context: that of the delivery.
    fn complete(self: Arc<Self>) {
        let (outcome, request, wanted) = {
            let mut state = self.state.lock();
            if state.sender != Sender::Finishing {
                return;
            }
            state.sender = Sender::Done;
            if state.receiver == Receiver::New {
                state.receiver = Receiver::Over;
            }
            (state.outcome, state.request.take(), state.wanted)
        };
        delayed::cancel(&self, TIMEOUT);
        let sender = &self.parts.sender;
        if let Some(wanted) = wanted {
            sender.gave_back(wanted);
        }
        if let Some(request) = request {
            remove_request::<Self>(self.key);
            ACCOUNTING.close(self.kinds().sent);
            complete(request, sender.bus(), &outcome);
        } else {
            sender
                .records
                .add(outcome.status, 0, outcome.as_slice(), true);
            sender.inject_end();
        }
        self.tidy();
    }

    /// The sender, `port`, aborts the link service whose request is at that address. Context: any.
    pub(crate) fn abort_request(port: &Port, kind: Kind, request: usize) {
        let exchange = by_request::<Self>(request);
        let code = exchange.as_ref().map_or(0, |exchange| exchange.code);
        let fault = port.fault(kind, u16::from(code), 0);
        if let Some(exchange) = &exchange {
            let mut state = exchange.state.lock();
            state.wanted.get_or_insert_with(Instant::now);
        }
        if let Some(exchange) = exchange.filter(|_| fault.fate != Fate::Ignored) {
            let outcome = Outcome::failed(ECANCELED.to_errno());
            exchange.settle(outcome, false, fault.abort_delivery());
        }
    }

    /// What was kept back of it is delivered. Context: any.
    pub(crate) fn deliver_held(self: &Arc<Self>) {
        let (finish, answered) = {
            let mut state = self.state.lock();
            let held = state.sender == Sender::Held;
            if held {
                state.sender = Sender::Finishing;
            }
            (held, state.response.is_some())
        };
        if finish {
            delayed::arm(self.clone(), COMPLETION, Delivery::Work);
        }
        if answered {
            delayed::arm(self.clone(), ANSWERED, Delivery::Work);
        }
    }

    /// Nobody will answer it any more: ends it if nothing has. Context: any.
    pub(crate) fn end(self: &Arc<Self>) {
        let outcome = Outcome::failed(ECANCELED.to_errno());
        self.settle(outcome, false, Delivery::Work);
    }

    /// Forgets it if nothing of it is left.
    fn tidy(self: &Arc<Self>) {
        let over = {
            let state = self.state.lock();
            state.sender == Sender::Done && matches!(state.receiver, Receiver::Over)
        };
        if over {
            remove(self);
        }
    }
}
