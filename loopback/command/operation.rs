// SPDX-License-Identifier: GPL-2.0

//! The operations that a target asks for: data one way or the other, and the
//! response.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc, time::Instant};

use crate::{
    abi,
    command::object::{
        Command,
        Exchange,
        HostRequest,
        OperationEnd, //
    },
    lldd::{
        account::{
            Account,
            Violation, //
        },
        accounting::ACCOUNTING,
        exchange::Operation,
        fcp_request::Refused,
        kind::Kind,
        scatter::{
            copy,
            Bus, //
        }, //
    },
    plan::{
        alter::Alter,
        mode::Delivery,
        outcome::PAYLOAD,
        rules::{
            Fate,
            Fault, //
        }, //
    },
    port::Port, //
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
    let delivery = fault.delivery(|| target.delivery());
    if kind == Kind::WriteData {
        // Its `done` runs the command.
        delivery.in_process()
    } else {
        delivery
    }
}

impl Exchange {
    /// Does what the target asks for: the outcome of its `fcp_op`. Context: any.
    pub(crate) fn operate(
        operation: Operation<Command>,
    ) -> Result<(), Refused<Operation<Command>>> {
        let this = operation.exchange().clone();
        let (Some(kind), Some(target)) = (kind(operation.opcode()), &this.target) else {
            return Err(operation.refuse(EINVAL.to_errno()));
        };
        let fault = target.fault(kind, this.code, this.queue);
        if fault.errno != 0 {
            return Err(operation.refuse(fault.errno));
        }
        let started = {
            let mut state = this.state.lock();
            let started = state.machine.start();
            started.map(|here| if here { state.host.take() } else { None })
        };
        let host = match started {
            Ok(host) => host,
            Err(violation) => {
                ACCOUNTING.violation(violation);
                return Err(operation.refuse(EALREADY.to_errno()));
            }
        };
        ACCOUNTING.open(Account::TargetOperations);
        let end = match host {
            Some(host) => {
                let end = this.carry_out(kind, &operation, &host, &fault, target);
                this.unpin(host);
                end
            }
            // The host has aborted: there is nobody to move data to or from.
            None => OperationEnd {
                error: abi::NVME_SC_INTERNAL as i32,
                ..OperationEnd::default()
            },
        };
        {
            let mut state = this.state.lock();
            state.operation = Some((operation, end));
            if fault.stays() {
                state.machine.hold();
            }
        }
        if !fault.stays() {
            this.report(delivery(target, kind, &fault));
        }
        Ok(())
    }

    /// Moves data and keeps the response, while nobody completes the host's request.
    fn carry_out(
        self: &Arc<Self>,
        kind: Kind,
        operation: &Operation<Command>,
        host: &HostRequest,
        fault: &Fault,
        target: &Arc<Port>,
    ) -> OperationEnd {
        let mut end = OperationEnd {
            error: fault.status.unwrap_or(0),
            transferred: 0,
            twice: fault.fate == Fate::Twice,
        };
        if kind != Kind::Response {
            let length = operation.length();
            let wanted = length.saturating_add_signed(fault.transferred.min(0));
            let moved = self.move_data(kind, operation, host, target, wanted);
            let alters = kind == Kind::ReadData && fault.alter != Alter::default();
            if alters && operation.offset() == 0 {
                self.alter_data(host, fault, moved);
            }
            // An injected command may announce more data than it was given.
            if moved < wanted && self.key != 0 {
                ACCOUNTING.violation(Violation::BadLength);
            }
            end.transferred = moved.saturating_add_signed(fault.transferred.max(0));
            let mut state = self.state.lock();
            state.moved = state.moved.saturating_add(moved);
        }
        let responds = matches!(kind, Kind::Response | Kind::ReadDataResponse);
        if responds && end.error == 0 {
            let mut response = [0; PAYLOAD];
            let length = operation.response(target.bus(), &mut response);
            if length > response.len() {
                ACCOUNTING.violation(Violation::BadLength);
            }
            let length = fault.alter.apply(&mut response, length.min(PAYLOAD));
            let moved = {
                let mut state = self.state.lock();
                state.response = Some((response, length));
                state.moved
            };
            if target.config.early {
                self.finish(Self::outcome(Some((response, length)), moved));
            }
        }
        end
    }

    /// Moves up to `length` bytes of data; returns how many.
    fn move_data(
        &self,
        kind: Kind,
        operation: &Operation<Command>,
        host: &HostRequest,
        target: &Arc<Port>,
        length: u32,
    ) -> u32 {
        let ours = host.data(self.local.as_ref().map_or(Bus::NONE, |port| port.bus()));
        let theirs = operation.data(target.bus());
        let room = self.data_length.saturating_sub(operation.offset());
        // CAST: A u32 fits a usize.
        let (offset, length) = (operation.offset() as usize, length.min(room) as usize);
        let moved = match kind {
            Kind::WriteData => copy(ours, offset, theirs, 0, length),
            _ => copy(theirs, 0, ours, offset, length),
        };
        // CAST: At most `length`.
        moved as u32
    }

    /// Alters the first bytes of the data that the host has got, of which there are so
    /// many.
    fn alter_data(&self, host: &HostRequest, fault: &Fault, moved: u32) {
        let data = host.data(self.local.as_ref().map_or(Bus::NONE, |port| port.bus()));
        let mut head = [0; PAYLOAD];
        // CAST: A u32 fits a usize.
        let length = data.read(0, &mut head).min(moved as usize);
        fault.alter.apply(&mut head, length);
        if let Some(head) = head.get(..length) {
            data.write(0, head);
        }
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
        let (operation, wanted) = {
            let mut state = self.state.lock();
            if !state.machine.end() {
                return;
            }
            (state.operation.take(), state.target_wants)
        };
        if let (Some(target), Some(wanted)) = (&self.target, wanted) {
            target.gave_back(wanted);
        }
        ACCOUNTING.close(Account::TargetOperations);
        if let Some((operation, end)) = operation {
            self.operation_done(operation, &end);
        }
    }

    /// The target aborts the exchange: what is under way ends with an error.
    /// Context: any, locks of the transport held.
    pub(crate) fn target_aborts(self: &Arc<Self>) {
        let Some(target) = &self.target else {
            return;
        };
        let fault = target.fault(Kind::TargetAbort, self.code, self.queue);
        self.state
            .lock()
            .target_wants
            .get_or_insert_with(Instant::now);
        if fault.fate != Fate::Ignored {
            self.resume(abi::NVME_SC_INTERNAL as i32);
        }
    }
}
