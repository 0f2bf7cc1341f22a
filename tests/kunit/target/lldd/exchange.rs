// SPDX-License-Identifier: GPL-2.0

//! Commands that the scripted host sends, and the operations on them.

#![deny(unsafe_code)]

use core::mem;

use kernel::{
    new_spinlock_irq,
    prelude::*,
    sync::{atomic::Relaxed, Arc, SpinLockIrq},
};

use super::{
    port::Port,
    response::{Response, Step},
    script::{Place, Script, READDATA_RSP, RSP, WRITEDATA},
    threads,
};
use crate::{
    lldd::{
        accounting::ACCOUNTING,
        exchange::{self, Operation},
        fcp_request::Refused,
        ports::TargetPort,
        scatter::Bus,
    },
    shared::support::completion::Completion,
};

/// Operations that an exchange remembers.
const STEPS: usize = 64;
/// What memory holds that nobody zeroed.
const LEFTOVER: usize = 0x5a5a_5a5a_5a5a_5a58;

/// What an exchange has come to.
pub(super) struct State {
    /// What happens to it.
    script: Script,
    /// The operations so far.
    pub(super) steps: KVec<Step>,
    /// The operation that is with us.
    operation: Option<Operation<Command>>,
    /// It waits for the case.
    pub(super) held: bool,
    /// What ends it.
    error: c_int,
    /// By how much it will be short.
    short: u32,
    /// The target has given the exchange back.
    pub(super) released: bool,
    /// The host's end of the data.
    pub(super) data: KVVec<u8>,
    /// The response.
    pub(super) response: Option<Response>,
    /// `fcp_abort` was called so often.
    pub(super) aborts: u32,
    /// `defer_rcv` was called so often.
    pub(super) deferrals: u32,
}

/// One command.
pub(crate) type Exchange = exchange::Exchange<Command>;

/// Our part of a command.
#[pin_data]
pub(crate) struct Command {
    /// The port it came in at.
    pub(super) port: Arc<Port>,
    /// The rest.
    #[pin]
    pub(super) state: SpinLockIrq<State>,
    /// The target has given it back.
    #[pin]
    pub(super) over: Completion,
    /// An operation is held.
    #[pin]
    pub(super) arrived: Completion,
    /// `defer_rcv` was called, and is held.
    #[pin]
    pub(super) deferral_held: Completion,
    /// It may return.
    #[pin]
    pub(super) deferral_let_go: Completion,
}

impl Exchange {
    /// A command; `data` is what it writes, or room for what it reads.
    /// Context: may sleep.
    pub(super) fn begin(
        port: &Arc<Port>,
        command: &[u8],
        data: KVVec<u8>,
        script: Script,
    ) -> Result<Arc<Self>> {
        let state = State {
            script,
            steps: KVec::with_capacity(STEPS, GFP_KERNEL)?,
            operation: None,
            held: false,
            error: 0,
            short: 0,
            released: false,
            data,
            response: None,
            aborts: 0,
            deferrals: 0,
        };
        let leftover = if script.leftovers { LEFTOVER } else { 0 };
        let command_data = pin_init!(Command {
            port: port.clone(),
            state <- new_spinlock_irq!(state),
            over <- Completion::new(),
            arrived <- Completion::new(),
            deferral_held <- Completion::new(),
            deferral_let_go <- Completion::new(),
        });
        Self::new(command, leftover, command_data)
    }

    /// The target wants something: `fcp_op`.
    pub(super) fn operate(
        object: &TargetPort,
        operation: Operation<Command>,
    ) -> Result<(), Refused<Operation<Command>>> {
        let this = operation.exchange().clone();
        if !this.port.is(object) {
            ACCOUNTING.unexpected("an operation at another port", 0);
        }
        let step = Step {
            operation: operation.opcode(),
            offset: operation.offset(),
            length: operation.length(),
            elements: operation.elements(),
        };
        let mut state = this.state.lock();
        if state.operation.is_some() || state.released {
            ACCOUNTING.unexpected("an operation on a busy exchange", 0);
        }
        let earlier = state
            .steps
            .iter()
            .filter(|other| other.operation == step.operation)
            .count();
        // CAST: A few dozen.
        let act = state.script.act(step.operation, earlier as u32 + 1);
        if state.steps.push_within_capacity(step).is_err() {
            ACCOUNTING.unexpected("more operations than a case has room for", 0);
        }
        if act.refuse != 0 {
            drop(state);
            return Err(operation.refuse(act.refuse));
        }
        state.operation = Some(operation);
        (state.error, state.short) = (act.error, act.short);
        let place = if this.port.is_calm() {
            Place::Now
        } else {
            act.place
        };
        state.held = place == Place::Hold;
        drop(state);
        if place == Place::Hold {
            this.port.keep(this.clone());
        }
        if act.aborted {
            this.abort();
        }
        match place {
            Place::Now => this.end(None),
            Place::Hold => this.arrived.complete_all(),
            Place::Thread(wait) => this.end_in_thread(wait, None),
        }
        Ok(())
    }

    /// Ends the operation at hand in a thread.
    fn end_in_thread(self: &Arc<Self>, wait: u32, error: Option<c_int>) {
        let this = self.clone();
        self.port.threads.add(1, Relaxed);
        let spawned = threads::threads().try_spawn(GFP_ATOMIC, move || {
            this.port.pause(wait);
            this.end(error);
            this.port.threads.add(-1, Relaxed);
        });
        if spawned.is_err() {
            ACCOUNTING.unexpected("no memory", 0);
        }
    }

    /// Ends the operation at hand: moves the data and calls `done`.
    pub(super) fn end(&self, error: Option<c_int>) {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let Some(operation) = state.operation.take() else {
            ACCOUNTING.unexpected("the end of no operation", 0);
            return;
        };
        let error = error.unwrap_or(state.error);
        let opcode = operation.opcode();
        let moved = if error != 0 || opcode == RSP {
            0
        } else {
            let length = operation.length().saturating_sub(state.short);
            Self::copy(&operation, &mut state.data, length)
        };
        if opcode == RSP || opcode == READDATA_RSP {
            state.response = match error {
                0 => Self::response_in(&operation),
                _ => None,
            };
        }
        state.held = false;
        drop(guard);
        operation.complete(moved, error);
    }

    /// Copies `length` bytes of the operation's data; returns how many.
    fn copy(operation: &Operation<Command>, data: &mut KVVec<u8>, length: u32) -> u32 {
        // CAST: u32 to usize.
        let (offset, length) = (operation.offset() as usize, length as usize);
        let end = data.len().min(offset.saturating_add(length));
        let Some(bytes) = data.get_mut(offset..end) else {
            return 0;
        };
        let theirs = operation.data(Bus::NONE);
        let moved = if operation.opcode() == WRITEDATA {
            theirs.write(0, bytes)
        } else {
            theirs.read(0, bytes)
        };
        // CAST: No more than `length`.
        moved as u32
    }

    /// The response of an operation that sends one.
    fn response_in(operation: &Operation<Command>) -> Option<Response> {
        let mut bytes = [0; 32];
        let length = operation.response(Bus::NONE, &mut bytes);
        // CAST: As long as the bytes at most.
        (length != 0 && length <= bytes.len()).then_some(Response {
            bytes,
            length: length as u16,
        })
    }

    /// The target aborts: `fcp_abort`.
    pub(super) fn aborted(self: &Arc<Self>) {
        let mut state = self.state.lock();
        state.aborts += 1;
        if state.released {
            ACCOUNTING.unexpected("abort of a released exchange", 0);
        }
        let place = state.script.on_abort;
        let ends = mem::take(&mut state.held) && place != Place::Hold;
        if !ends {
            state.held |= state.operation.is_some() && place == Place::Hold;
            return;
        }
        drop(state);
        match place {
            Place::Now => self.end(Some(1)),
            Place::Thread(wait) => self.end_in_thread(wait, Some(1)),
            Place::Hold => {}
        }
    }

    /// The target starts a command that it had put off: `defer_rcv`.
    pub(super) fn deferral_over(&self) {
        let mut state = self.state.lock();
        state.deferrals += 1;
        if state.released || state.deferrals != 1 {
            ACCOUNTING.unexpected("defer_rcv where nothing is deferred", 0);
        }
        let holds = state.script.holds_deferral && !self.port.is_calm();
        drop(state);
        if holds {
            self.deferral_held.complete_all();
            self.deferral_let_go.wait_timeout(Port::PATIENCE);
        }
    }

    /// The target has given it back: `fcp_req_release`.
    pub(super) fn ended(&self) {
        let mut state = self.state.lock();
        if state.operation.is_some() {
            ACCOUNTING.unexpected("release of a busy exchange", 0);
        }
        state.released = true;
        drop(state);
        self.over.complete_all();
    }
}
