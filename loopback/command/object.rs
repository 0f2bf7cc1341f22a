// SPDX-License-Identifier: GPL-2.0

//! The memory of a command under way.

use kernel::{
    prelude::*,
    sync::{new_spinlock_irq, Arc, SpinLockIrq},
    time::{
        Instant,
        Monotonic, //
    }, //
};

use crate::{
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        buffer::Buffer,
        exchange::{
            self,
            Operation, //
        },
        fcp_request::{
            FcpEnd,
            FcpRequest, //
        },
        scatter::{
            Bus,
            Data, //
        }, //
    },
    plan::{
        command::Machine,
        outcome::{
            Outcome,
            PAYLOAD, //
        }, //
    },
    port::Port,
    support::{
        delayed::{
            DelayedEvent,
            EventSource, //
        },
        registry::{
            self,
            registry, //
        }, //
    }, //
};

/// The command arrives at the target.
pub(crate) const ARRIVAL: usize = 0;
/// An operation of the target is done.
pub(crate) const OPERATION: usize = 1;
/// The host's request is done.
pub(crate) const COMPLETION: usize = 2;
/// The host's abort is carried out.
pub(crate) const ABORT: usize = 3;

/// The host's side of a command.
pub(crate) enum HostRequest {
    /// A request of nvme-fc's.
    Real(FcpRequest),
    /// Injected: data comes from and goes to memory of our own.
    Injected(Buffer),
}

impl HostRequest {
    /// The data.
    pub(crate) fn data(&self, bus: Bus) -> Data<'_> {
        match self {
            Self::Real(request) => request.data(bus),
            Self::Injected(buffer) => Data::buffer(buffer),
        }
    }

    /// Gives the request back to nvme-fc; an injected one is dropped.
    pub(crate) fn complete(self, bus: Bus, outcome: &Outcome) {
        let Self::Real(request) = self else {
            return;
        };
        let end = FcpEnd {
            status: outcome.status,
            transferred: outcome.transferred,
            response: &outcome.payload,
            // CAST: The plan limits lengths to a u16; longer than the buffer is what some tests want
            // to claim.
            response_length: outcome.length as u16,
        };
        if outcome.twice {
            // SAFETY: Asked for; the memory of a request stays part of its queue's tag set.
            unsafe { request.complete_twice(bus, &end) };
        } else {
            request.complete(bus, &end);
        }
    }
}

/// What an operation ends with.
#[derive(Clone, Copy, Default)]
pub(crate) struct OperationEnd {
    /// `fcp_error`.
    pub(crate) error: i32,
    /// `transferred_length`.
    pub(crate) transferred: u32,
    /// Say it twice.
    pub(crate) twice: bool,
}

/// What changes during a command's life.
pub(crate) struct State {
    /// Who holds what.
    pub(crate) machine: Machine,
    /// The host's request: not here while data is moved, and once it is completed.
    pub(crate) host: Option<HostRequest>,
    /// The response that the target has sent.
    pub(crate) response: Option<([u8; PAYLOAD], usize)>,
    /// Data bytes moved.
    pub(crate) moved: u32,
    /// The operation under way, and what it ends with.
    pub(crate) operation: Option<(Operation<Command>, OperationEnd)>,
    /// How the host's request ends.
    pub(crate) outcome: Outcome,
    /// A fault keeps it from ending by itself.
    pub(crate) stuck: bool,
    /// When the host wanted it back.
    pub(crate) host_wants: Option<Instant<Monotonic>>,
    /// When the target wanted its operation back.
    pub(crate) target_wants: Option<Instant<Monotonic>>,
}

/// A command, as nvmet-fc is given it.
pub(crate) type Exchange = exchange::Exchange<Command>;

/// Our part of a command.
#[pin_data(PinnedDrop)]
pub(crate) struct Command {
    /// Address of the host's request, 0 for injected commands.
    pub(crate) key: usize,
    /// Bytes of data that the command announces.
    pub(crate) data_length: u32,
    /// The host's port; none for injected commands.
    pub(crate) local: Option<Arc<Port>>,
    /// The target's port; none if nobody is there.
    pub(crate) target: Option<Arc<Port>>,
    /// Opcode, for the fault plan.
    pub(crate) code: u16,
    /// Queue, for the fault plan.
    pub(crate) queue: u16,
    /// What changes.
    #[pin]
    pub(crate) state: SpinLockIrq<State>,
    /// See [`ARRIVAL`].
    #[pin]
    arrival: DelayedEvent,
    /// See [`OPERATION`].
    #[pin]
    operation: DelayedEvent,
    /// See [`COMPLETION`].
    #[pin]
    completion: DelayedEvent,
    /// See [`ABORT`].
    #[pin]
    abort: DelayedEvent,
}

registry!(COMMANDS: Exchange);

// SAFETY: Each event has a field of its own, made for it by `begin`.
unsafe impl EventSource for Exchange {
    fn delayed(&self, event: usize) -> Option<&DelayedEvent> {
        match event {
            ARRIVAL => Some(&self.arrival),
            OPERATION => Some(&self.operation),
            COMPLETION => Some(&self.completion),
            ABORT => Some(&self.abort),
            _ => None,
        }
    }

    fn fire(self: Arc<Self>, event: usize) {
        self.happened(event);
    }
}

/// Opcode, or 0x100 plus the type of a fabrics command.
pub(crate) fn code(command: &[u8]) -> u16 {
    match command.get(24) {
        Some(0x7f) => 0x100 | u16::from(command.get(28).copied().unwrap_or(0)),
        Some(opcode) => u16::from(*opcode),
        None => 0,
    }
}

impl Exchange {
    /// A command that announces so much data, whose host's request, if any, is at address `key`.
    /// Context: any.
    pub(crate) fn begin(
        command: &[u8],
        queue: u16,
        key: usize,
        data_length: u32,
        local: Option<Arc<Port>>,
        target: Option<Arc<Port>>,
    ) -> Result<Arc<Self>> {
        let code = code(command);
        let data = pin_init!(Command {
            key,
            data_length,
            local,
            target,
            code,
            queue,
            state <- new_spinlock_irq!(State {
                machine: Machine::default(),
                host: None,
                response: None,
                moved: 0,
                operation: None,
                outcome: Outcome::failed(0),
                stuck: false,
                host_wants: None,
                target_wants: None,
            }),
            arrival <- DelayedEvent::new::<Self>(ARRIVAL),
            operation <- DelayedEvent::new::<Self>(OPERATION),
            completion <- DelayedEvent::new::<Self>(COMPLETION),
            abort <- DelayedEvent::new::<Self>(ABORT),
        });
        let exchange = Self::new(command, 0, data)?;
        ACCOUNTING.open(Account::Exchanges);
        registry::add(&exchange, key)?;
        Ok(exchange)
    }

    /// Reports an operation as done.
    pub(crate) fn operation_done(&self, operation: Operation<Command>, end: &OperationEnd) {
        let (transferred, error) = (end.transferred, end.error);
        if !end.twice {
            return operation.complete(transferred, error);
        }
        // SAFETY: Asked for, and only while nvmet-fc has the exchange.
        unsafe {
            operation.complete_twice(transferred, error, || self.state.lock().machine.owned())
        };
    }
}

#[pinned_drop]
impl PinnedDrop for Command {
    fn drop(self: Pin<&mut Self>) {
        ACCOUNTING.close(Account::Exchanges);
    }
}
