// SPDX-License-Identifier: GPL-2.0

//! The operations that a target asks for: data one way or the other, and the
//! response.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use crate::{
    abi,
    command::{
        io::{
            Asked,
            HostRequest, //
        },
        object::{
            Exchange,
            Result_,
            RESPONSE, //
        }, //
    },
    plan::{
        accounts::{
            Account,
            Offence, //
        },
        kind::Kind,
        mode::Delivery,
        rules::{
            Fate,
            Fault,
            Place, //
        }, //
    },
    port::Port,
    support::{
        books::BOOKS,
        plan_store, //
    }, //
};

/// The kind of an operation.
fn kind(operation: u8) -> Option<Kind> {
    match u32::from(operation) {
        1 => Some(Kind::ReadData),
        2 => Some(Kind::WriteData),
        3 => Some(Kind::ReadDataResponse),
        4 => Some(Kind::Response),
        _ => None,
    }
}

/// Where the operation is reported done.
fn delivery(target: &Arc<Port>, kind: Kind, fault: &Fault) -> Delivery {
    let delivery = match (fault.place, fault.delay) {
        (Some(Place::Inline), _) => Delivery::Inline,
        (Some(Place::Irq), delay) => Delivery::Irq(delay),
        (Some(Place::Process), 0) => Delivery::Unbound,
        (None, 0) => target.delivery(),
        (_, delay) => Delivery::Later(delay),
    };
    if kind == Kind::WriteData {
        // Its `done` runs the command.
        delivery.in_process()
    } else {
        delivery
    }
}

impl Exchange {
    /// Does what the target asks for; returns what `fcp_op` returns. Context:
    /// any.
    pub(crate) fn operate(self: &Arc<Self>) -> i32 {
        let asked = self.asked();
        let (Some(kind), Some(target)) = (kind(asked.operation), &self.target) else {
            return EINVAL.to_errno();
        };
        let fault = plan_store::fault(&target.event(kind, self.code, self.queue));
        if fault.errno != 0 {
            return fault.errno;
        }
        let started = self.state.lock().machine.start();
        let here = match started {
            Ok(here) => here,
            Err(offence) => {
                BOOKS.offend(offence);
                return EALREADY.to_errno();
            }
        };
        BOOKS.open(Account::TargetOperations);
        let result = if here {
            let result = self.carry_out(kind, &asked, &fault, target.config.early);
            self.unpin();
            result
        } else {
            // The host has aborted: there is nobody to move data to or from.
            Result_ {
                error: abi::NVME_SC_INTERNAL as i32,
                ..Result_::default()
            }
        };
        let hold = matches!(fault.fate, Fate::Lost | Fate::Held);
        {
            let mut state = self.state.lock();
            state.operation = result;
            if hold {
                state.machine.hold();
            }
        }
        if !hold {
            self.report(delivery(target, kind, &fault));
        }
        0
    }

    /// Moves data and keeps the response. The host's buffers are pinned.
    fn carry_out(
        self: &Arc<Self>,
        kind: Kind,
        asked: &Asked,
        fault: &Fault,
        early: bool,
    ) -> Result_ {
        let mut result = Result_ {
            error: fault.status.unwrap_or(0),
            transferred: 0,
            twice: fault.fate == Fate::Twice,
        };
        if kind != Kind::Response {
            let wanted = asked.length.saturating_add_signed(fault.transferred.min(0));
            let moved = self.move_data(kind == Kind::WriteData, asked, wanted);
            // An injected command may announce more data than it was given.
            if moved < wanted && matches!(self.host, HostRequest::Real(_)) {
                BOOKS.offend(Offence::BadLength);
            }
            result.transferred = moved.saturating_add_signed(fault.transferred.max(0));
            let mut state = self.state.lock();
            state.moved = state.moved.saturating_add(moved);
        }
        let responds = matches!(kind, Kind::Response | Kind::ReadDataResponse);
        if responds && result.error == 0 {
            let mut response = [0; RESPONSE];
            let length = self.read_response(&mut response);
            let length = fault.alter.apply(&mut response, length);
            let moved = {
                let mut state = self.state.lock();
                state.response = Some((response, length));
                state.moved
            };
            if early {
                self.finish(Self::outcome(Some((response, length)), moved));
            }
        }
        result
    }

    /// Reports the operation as done.
    fn report(self: &Arc<Self>, delivery: Delivery) {
        if delivery != Delivery::Inline {
            return self.arm_operation(delivery);
        }
        // Each `done` may ask for the next operation before it returns.
        if !self.state.lock().machine.nest() {
            return;
        }
        loop {
            self.clone().end_operation();
            if !self.state.lock().machine.unnest() {
                return;
            }
        }
    }

    /// The operation is done. Context: that of the delivery.
    pub(crate) fn end_operation(self: Arc<Self>) {
        let result = {
            let mut state = self.state.lock();
            if !state.machine.end() {
                return;
            }
            state.operation
        };
        BOOKS.close(Account::TargetOperations);
        self.operation_done(&result);
        if result.twice && self.state.lock().machine.owned() {
            self.operation_done(&result);
        }
    }

    /// The target aborts the exchange: what is under way ends with an error.
    /// Context: any, locks of the transport held.
    pub(crate) fn target_aborts(self: &Arc<Self>) {
        let Some(target) = &self.target else {
            return;
        };
        let fault = plan_store::fault(&target.event(Kind::TargetAbort, self.code, self.queue));
        if fault.fate != Fate::Ignored {
            self.resume(abi::NVME_SC_INTERNAL as i32);
        }
    }
}
