// SPDX-License-Identifier: GPL-2.0

//! A command on its way between host and target.

#![deny(unsafe_code)]

use core::ptr;

use kernel::{prelude::*, sync::Arc};

use crate::{
    abi,
    command::object::{
        Exchange,
        Outcome,
        ABORT,
        ARRIVAL,
        COMPLETION,
        OPERATION,
        RESPONSE, //
    },
    dma::memory::Bus,
    plan::{
        accounts::{
            Account,
            Offence, //
        },
        command::Finish,
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

impl Exchange {
    /// One of its events.
    pub(crate) fn event(self: Arc<Self>, slot: usize) {
        match slot {
            ARRIVAL => self.arrive(),
            OPERATION => self.end_operation(),
            COMPLETION => self.complete(),
            ABORT => self.carry_out_abort(),
            _ => {}
        }
    }

    /// The port whose `done` the host's end is: for injected commands, the
    /// target's.
    fn near(&self) -> Option<&Arc<Port>> {
        self.local.as_ref().or(self.target.as_ref())
    }

    /// What goes wrong with this operation on `port`.
    fn fault(&self, port: Option<&Arc<Port>>, kind: Kind) -> Fault {
        port.map_or_else(Fault::default, |port| {
            plan_store::fault(&port.event(kind, self.code, self.queue))
        })
    }

    /// Where this end of the command is delivered: as the fault says, or else
    /// as the port does it.
    fn delivery(port: Option<&Arc<Port>>, fault: &Fault) -> Delivery {
        let usual = port.map_or(Delivery::Work, |port| port.delivery());
        match (fault.place, fault.delay) {
            (Some(Place::Inline), _) => Delivery::Inline,
            (Some(Place::Irq), delay) => Delivery::Irq(delay),
            (Some(Place::Process), 0) => Delivery::Unbound,
            (Some(Place::Process), delay) => Delivery::Later(delay),
            (None, 0) => usual,
            (None, delay) => match usual {
                Delivery::Irq(_) => Delivery::Irq(delay),
                _ => Delivery::Later(delay),
            },
        }
    }

    /// Sends the command off. Context: any.
    pub(crate) fn send(self: &Arc<Self>, fault: &Fault) {
        if let Some(answer) = &fault.answer {
            let mut outcome = Outcome::failed(fault.status.unwrap_or(0));
            outcome.length = answer.as_slice().len();
            for (to, byte) in outcome.response.iter_mut().zip(answer.as_slice()) {
                *to = *byte;
            }
            outcome.transferred = self.host.payload().saturating_add_signed(fault.transferred);
            let delivery = Self::delivery(self.near(), fault);
            return self.settle(outcome, false, delivery);
        }
        if matches!(fault.fate, Fate::Lost | Fate::Held) {
            self.state.lock().stuck = true;
            return;
        }
        let delivery = Self::delivery(self.near(), fault);
        ticket::arm(self.clone(), ARRIVAL, delivery.in_process().not_inline());
    }

    /// The command has reached the target. Context: may sleep.
    fn arrive(self: Arc<Self>) {
        if !self.state.lock().machine.deliver() {
            return self.tidy();
        }
        let fault = self.fault(self.target.as_ref(), Kind::TargetReceives);
        let lost = matches!(fault.fate, Fate::Lost | Fate::Held);
        let verdict = match self.target.as_ref().and_then(|target| target.gate.enter()) {
            _ if lost => {
                let mut state = self.state.lock();
                state.machine.refuse();
                state.stuck = true;
                return;
            }
            _ if fault.errno != 0 => fault.errno,
            None => ECONNREFUSED.to_errno(),
            Some(pass) => self.receive(pass.port()),
        };
        if verdict == 0 || verdict == EOVERFLOW.to_errno() {
            if self.state.lock().machine.accept() {
                self.tell_target();
            }
            return;
        }
        self.state.lock().machine.refuse();
        self.finish(Outcome::failed(verdict));
        self.tidy();
    }

    /// An operation of the target may go on.
    pub(crate) fn arm_operation(self: &Arc<Self>, delivery: Delivery) {
        ticket::arm(self.clone(), OPERATION, delivery);
    }

    /// An operation was kept back, and goes on with an error. Context: any.
    pub(crate) fn resume(self: &Arc<Self>, error: i32) {
        let resumed = {
            let mut state = self.state.lock();
            let resumed = state.machine.resume();
            if resumed && error != 0 {
                state.operation.error = error;
                state.operation.transferred = 0;
            }
            resumed
        };
        if resumed {
            self.arm_operation(Delivery::Unbound);
        }
    }

    /// An outcome was kept back, and is delivered. Context: any.
    pub(crate) fn let_go(self: &Arc<Self>) {
        if self.state.lock().machine.let_go() {
            ticket::arm(self.clone(), COMPLETION, Delivery::Unbound);
        }
    }

    /// The target has given the exchange back. Context: any.
    pub(crate) fn released(self: &Arc<Self>) {
        BOOKS.call(Kind::Release);
        let (result, response, moved) = {
            let mut state = self.state.lock();
            let result = state.machine.release();
            (result, state.response, state.moved)
        };
        if let Err(offence) = result {
            BOOKS.offend(offence);
            if offence == Offence::ReleasedTwice {
                return;
            }
        }
        BOOKS.close(Account::TargetCommands);
        self.drop_reference();
        self.finish(Self::outcome(response, moved));
        self.tidy();
    }

    /// How the host's request ends, with that response of the target's.
    pub(crate) fn outcome(response: Option<([u8; RESPONSE], usize)>, moved: u32) -> Outcome {
        let mut outcome = Outcome::failed(0);
        match response {
            Some((bytes, length)) => {
                outcome.response = bytes;
                outcome.length = length;
                outcome.transferred = moved;
            }
            None => outcome.status = ECONNABORTED.to_errno(),
        }
        outcome
    }

    /// Ends the host's request, as the fault plan likes it. Context: any.
    pub(crate) fn finish(self: &Arc<Self>, mut outcome: Outcome) {
        let fault = self.fault(self.near(), Kind::FcpDone);
        if let Some(status) = fault.status {
            outcome.status = status;
        }
        outcome.length = fault.alter.apply(&mut outcome.response, outcome.length);
        outcome.transferred = outcome.transferred.saturating_add_signed(fault.transferred);
        outcome.twice = fault.fate == Fate::Twice;
        let hold = matches!(fault.fate, Fate::Held | Fate::Lost);
        self.settle(outcome, hold, Self::delivery(self.near(), &fault));
    }

    /// Ends the host's request. The first outcome counts.
    fn settle(self: &Arc<Self>, outcome: Outcome, hold: bool, delivery: Delivery) {
        let finish = {
            let mut state = self.state.lock();
            let finish = state.machine.finish(hold);
            if finish != Finish::TooLate {
                state.outcome = outcome;
            }
            finish
        };
        if finish == Finish::Deliver {
            ticket::arm(self.clone(), COMPLETION, delivery);
        }
    }

    /// The data has been moved; an outcome may have waited for that.
    pub(crate) fn unpin(self: &Arc<Self>) {
        if self.state.lock().machine.unpin() {
            ticket::arm(self.clone(), COMPLETION, Delivery::Work);
        }
    }

    /// Gives the host's request back. Context: that of the delivery.
    fn complete(self: Arc<Self>) {
        let outcome = {
            let mut state = self.state.lock();
            if !state.machine.complete() {
                return;
            }
            state.outcome
        };
        match self.host.key() {
            0 => {}
            key => registry::remove_command(key),
        }
        match &self.local {
            Some(local) => {
                BOOKS.close(Account::HostCommands);
                let _lock = local.config.locked.then(|| local.lock.lock());
                let bus = match local.config.cpu_response {
                    true => Bus(ptr::null_mut()),
                    false => local.bus(),
                };
                self.host.complete(bus, &outcome);
            }
            None => {
                if let Some(target) = &self.target {
                    let answer = outcome.response.get(..outcome.length).unwrap_or(&[]);
                    let (status, moved) = (outcome.status, outcome.transferred);
                    target.records.add(status, moved, answer, false);
                    target.inject_end();
                }
            }
        }
        self.tidy();
    }

    /// The host aborts the command. Context: may sleep.
    pub(crate) fn abort(self: &Arc<Self>, fault: &Fault) {
        if fault.fate == Fate::Ignored {
            self.state.lock().stuck = true;
            return;
        }
        let delivery = match (fault.place, fault.delay) {
            (Some(Place::Inline), _) => Delivery::Inline,
            (_, 0) => Delivery::Work,
            (_, delay) => Delivery::Later(delay),
        };
        ticket::arm(self.clone(), ABORT, delivery);
    }

    /// A fault kept the command from ending: it ends as if aborted. Context:
    /// any.
    pub(crate) fn give_up(self: &Arc<Self>) {
        if self.state.lock().stuck {
            ticket::arm(self.clone(), ABORT, Delivery::Work);
        }
    }

    /// The abort takes place. Context: may sleep.
    fn carry_out_abort(self: Arc<Self>) {
        if self.state.lock().machine.abort() {
            self.tell_target();
        }
        self.resume(abi::NVME_SC_INTERNAL as i32);
        let outcome = Outcome::failed(ECANCELED.to_errno());
        self.settle(outcome, false, Delivery::Inline);
        self.tidy();
    }

    /// Forgets the command if nothing of it is left.
    fn tidy(self: &Arc<Self>) {
        if self.state.lock().machine.over() {
            registry::remove_exchange(self);
        }
    }
}
