// SPDX-License-Identifier: GPL-2.0

//! A command on its way between host and target.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc, time::Instant};

use crate::{
    abi,
    command::object::{
        Exchange,
        HostRequest,
        ABORT,
        ARRIVAL,
        COMPLETION,
        OPERATION, //
    },
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        calls::Received,
        kind::Kind,
        scatter::Bus, //
    },
    plan::{
        command::Finish,
        mode::Delivery,
        outcome::{
            Outcome,
            PAYLOAD, //
        },
        rules::{
            Fate,
            Fault, //
        }, //
    },
    port::Port,
    support::{
        delayed,
        registry::{
            remove,
            remove_request, //
        }, //
    }, //
};

impl Exchange {
    /// One of its events.
    pub(crate) fn happened(self: Arc<Self>, event: usize) {
        match event {
            ARRIVAL => self.arrive(),
            OPERATION => self.end_operation(),
            COMPLETION => self.complete(),
            ABORT => self.carry_out_abort(),
            _ => {}
        }
    }

    /// The port whose `done` the host's end is: for injected commands, the target's.
    fn initiator(&self) -> Option<&Arc<Port>> {
        self.local.as_ref().or(self.target.as_ref())
    }

    /// What goes wrong with this operation on `port`.
    fn fault(&self, port: Option<&Arc<Port>>, kind: Kind) -> Fault {
        port.map_or_else(Fault::default, |port| {
            port.fault(kind, self.code, self.queue)
        })
    }

    /// Where this end of the command is delivered to the host.
    fn delivery(&self, fault: &Fault) -> Delivery {
        let usual = self
            .initiator()
            .map_or(Delivery::Work, |port| port.delivery());
        match (fault.place, fault.delay, usual) {
            // A delay alone leaves it in hard IRQ.
            (None, delay, Delivery::Irq(_)) if delay != 0 => Delivery::Irq(delay),
            _ => fault.delivery(|| usual),
        }
    }

    /// Sends the command of `host` off. Context: any.
    pub(crate) fn send(self: &Arc<Self>, host: HostRequest, fault: &Fault) {
        self.state.lock().host = Some(host);
        if let Some(answer) = &fault.answer {
            let mut outcome = Outcome::of(answer.as_slice());
            outcome.status = fault.status.unwrap_or(0);
            outcome.transferred = self.data_length.saturating_add_signed(fault.transferred);
            return self.settle(outcome, false, self.delivery(fault));
        }
        if fault.stays() {
            self.state.lock().stuck = true;
            return;
        }
        let delivery = self.delivery(fault);
        delayed::arm(self.clone(), ARRIVAL, delivery.in_process().not_inline());
    }

    /// The command has reached the target. Context: may sleep.
    fn arrive(self: Arc<Self>) {
        if !self.state.lock().machine.deliver() {
            return self.tidy();
        }
        let fault = self.fault(self.target.as_ref(), Kind::TargetReceives);
        if fault.stays() {
            let mut state = self.state.lock();
            state.machine.refuse();
            state.stuck = true;
            return;
        }
        let result = match fault.errno {
            0 => self.receive(),
            errno => Err(errno),
        };
        let Err(errno) = result else {
            if self.state.lock().machine.accept() {
                self.tell_target();
            }
            return;
        };
        self.state.lock().machine.refuse();
        self.finish(Outcome::failed(errno));
        self.tidy();
    }

    /// Hands the command to the target. Context: may sleep.
    fn receive(self: &Arc<Self>) -> Result<Received, c_int> {
        let pass = self
            .target
            .as_ref()
            .and_then(|target| target.registration.enter());
        pass.ok_or(ECONNREFUSED.to_errno())?.receive_fcp(self)
    }

    /// Tells the target that the host has aborted. Context: any.
    fn tell_target(self: &Arc<Self>) {
        if let Some(pass) = self
            .target
            .as_ref()
            .and_then(|target| target.registration.enter())
        {
            pass.abort_fcp(self);
        }
    }

    /// An operation of the target may go on.
    pub(crate) fn arm_operation(self: &Arc<Self>, delivery: Delivery) {
        delayed::arm(self.clone(), OPERATION, delivery);
    }

    /// An operation was kept back, and goes on with an error. Context: any.
    pub(crate) fn resume(self: &Arc<Self>, error: i32) {
        let resumed = {
            let mut state = self.state.lock();
            let resumed = state.machine.resume();
            if let Some((_, end)) = state.operation.as_mut().filter(|_| resumed && error != 0) {
                (end.error, end.transferred) = (error, 0);
            }
            resumed
        };
        if resumed {
            self.arm_operation(Delivery::Unbound);
        }
    }

    /// An outcome was kept back, and is delivered. Context: any.
    pub(crate) fn deliver_held(self: &Arc<Self>) {
        if self.state.lock().machine.deliver_held() {
            delayed::arm(self.clone(), COMPLETION, Delivery::Unbound);
        }
    }

    /// The target has given the exchange back. Context: any.
    pub(crate) fn released(self: &Arc<Self>) {
        let (result, response, moved) = {
            let mut state = self.state.lock();
            let result = state.machine.release();
            (result, state.response, state.moved)
        };
        if let Err(violation) = result {
            ACCOUNTING.violation(violation);
        }
        self.finish(Self::outcome(response, moved));
        self.tidy();
    }

    /// How the host's request ends, with that response of the target's.
    pub(crate) fn outcome(response: Option<([u8; PAYLOAD], usize)>, moved: u32) -> Outcome {
        let mut outcome = Outcome::failed(0);
        match response {
            Some((bytes, length)) => {
                outcome.payload = bytes;
                outcome.length = length;
                outcome.transferred = moved;
            }
            None => outcome.status = ECONNABORTED.to_errno(),
        }
        outcome
    }

    /// Ends the host's request, as the fault plan likes it. Context: any.
    pub(crate) fn finish(self: &Arc<Self>, mut outcome: Outcome) {
        let fault = self.fault(self.initiator(), Kind::FcpDone);
        if let Some(status) = fault.status {
            outcome.status = status;
        }
        outcome.length = fault.alter.apply(&mut outcome.payload, outcome.length);
        outcome.transferred = outcome.transferred.saturating_add_signed(fault.transferred);
        outcome.twice = fault.fate == Fate::Twice;
        self.settle(outcome, fault.stays(), self.delivery(&fault));
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
            delayed::arm(self.clone(), COMPLETION, delivery);
        }
    }

    /// The data has been moved, and the host's request is put back; an outcome may have waited for
    /// that.
    pub(crate) fn unpin(self: &Arc<Self>, host: HostRequest) {
        let deliver = {
            let mut state = self.state.lock();
            state.host = Some(host);
            state.machine.unpin()
        };
        if deliver {
            delayed::arm(self.clone(), COMPLETION, Delivery::Work);
        }
    }

    /// Gives the host's request back. Context: that of the delivery.
    fn complete(self: Arc<Self>) {
        let (outcome, host, wanted) = {
            let mut state = self.state.lock();
            if !state.machine.complete() {
                return;
            }
            (state.outcome, state.host.take(), state.host_wants)
        };
        if self.key != 0 {
            remove_request::<Self>(self.key);
        }
        if let Some(local) = &self.local {
            if let Some(wanted) = wanted {
                local.gave_back(wanted);
            }
            ACCOUNTING.close(Account::HostCommands);
            let _lock = local.config.locked.then(|| local.lock.lock());
            let bus = match local.config.cpu_response {
                true => Bus::NONE,
                false => local.bus(),
            };
            if let Some(host) = host {
                host.complete(bus, &outcome);
            }
        } else if let Some(target) = &self.target {
            let (status, moved) = (outcome.status, outcome.transferred);
            target.records.add(status, moved, outcome.as_slice(), false);
            target.inject_end();
        }
        self.tidy();
    }

    /// The host aborts the command. Context: may sleep.
    pub(crate) fn abort(self: &Arc<Self>, fault: &Fault) {
        self.state
            .lock()
            .host_wants
            .get_or_insert_with(Instant::now);
        if fault.fate == Fate::Ignored {
            self.state.lock().stuck = true;
            return;
        }
        delayed::arm(self.clone(), ABORT, fault.abort_delivery());
    }

    /// A fault kept the command from ending: it ends as if aborted. Context:
    /// any.
    pub(crate) fn end(self: &Arc<Self>) {
        if self.state.lock().stuck {
            delayed::arm(self.clone(), ABORT, Delivery::Work);
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
            remove(self);
        }
    }
}
