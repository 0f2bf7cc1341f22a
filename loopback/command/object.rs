// SPDX-License-Identifier: GPL-2.0

//! The memory of a command under way.

use kernel::{
    prelude::*,
    sync::{new_spinlock_irq, Arc, SpinLockIrq},
    types::Opaque, //
};

use crate::{
    abi,
    command::io::HostRequest,
    plan::{
        accounts::Account,
        command::Machine, //
    },
    port::{
        registry,
        Port, //
    },
    support::{
        books::BOOKS,
        buffer::Buffer,
        ticket::{
            Fires,
            Ticket, //
        }, //
    }, //
};

/// Longest response that is kept.
pub(crate) const RESPONSE: usize = 128;

/// The command arrives at the target.
pub(crate) const ARRIVAL: usize = 0;
/// An operation of the target is done.
pub(crate) const OPERATION: usize = 1;
/// The host's request is done.
pub(crate) const COMPLETION: usize = 2;
/// The host's abort is carried out.
pub(crate) const ABORT: usize = 3;

/// How the host's request ends.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    /// 0, or a negative errno.
    pub(crate) status: i32,
    /// The response.
    pub(crate) response: [u8; RESPONSE],
    /// Its length.
    pub(crate) length: usize,
    /// Data bytes that the host is told of.
    pub(crate) transferred: u32,
    /// Say it twice.
    pub(crate) twice: bool,
}

impl Outcome {
    /// No response.
    pub(crate) const fn failed(status: i32) -> Self {
        Self {
            status,
            response: [0; RESPONSE],
            length: 0,
            transferred: 0,
            twice: false,
        }
    }
}

/// What an operation ends with.
#[derive(Clone, Copy, Default)]
pub(crate) struct Result_ {
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
    /// The response that the target has sent.
    pub(crate) response: Option<([u8; RESPONSE], usize)>,
    /// Data bytes moved.
    pub(crate) moved: u32,
    /// What the operation under way ends with.
    pub(crate) operation: Result_,
    /// How the host's request ends.
    pub(crate) outcome: Outcome,
    /// A fault keeps it from ending by itself.
    pub(crate) stuck: bool,
}

/// A command.
#[pin_data(PinnedDrop)]
pub(crate) struct Exchange {
    /// The target's view of it.
    #[pin]
    pub(crate) request: Opaque<abi::nvmefc_tgt_fcp_req>,
    /// The command IU, lent to the target.
    pub(crate) command: Buffer,
    /// The host's view of it.
    pub(crate) host: HostRequest,
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
    arrival: Ticket,
    /// See [`OPERATION`].
    #[pin]
    operation: Ticket,
    /// See [`COMPLETION`].
    #[pin]
    completion: Ticket,
    /// See [`ABORT`].
    #[pin]
    abort: Ticket,
}

// SAFETY: The target's request is written by its owner alone, which is the
// target or this LLDD as `Machine` says; everything else is `Send` and `Sync`.
unsafe impl Send for Exchange {}
// SAFETY: As above.
unsafe impl Sync for Exchange {}

// SAFETY: Each slot has a field of its own, made for it by `new`.
unsafe impl Fires for Exchange {
    fn ticket(&self, slot: usize) -> Option<&Ticket> {
        match slot {
            ARRIVAL => Some(&self.arrival),
            OPERATION => Some(&self.operation),
            COMPLETION => Some(&self.completion),
            ABORT => Some(&self.abort),
            _ => None,
        }
    }

    fn fire(self: Arc<Self>, slot: usize) {
        self.event(slot);
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
    /// A command on its way. Context: any.
    pub(crate) fn new(
        host: HostRequest,
        command: &[u8],
        queue: u16,
        local: Option<Arc<Port>>,
        target: Option<Arc<Port>>,
    ) -> Result<Arc<Self>> {
        let code = code(command);
        let command = Buffer::new(command, 1, GFP_ATOMIC)?;
        let key = host.key();
        let exchange = Arc::pin_init(
            pin_init!(Self {
                request <- Opaque::ffi_init(|request: *mut abi::nvmefc_tgt_fcp_req| {
                    // SAFETY: `request` is memory for one of them.
                    unsafe { request.write_bytes(0, 1) }
                }),
                command,
                host,
                local,
                target,
                code,
                queue,
                state <- new_spinlock_irq!(State {
                    machine: Machine::default(),
                    response: None,
                    moved: 0,
                    operation: Result_::default(),
                    outcome: Outcome::failed(0),
                    stuck: false,
                }),
                arrival <- Ticket::new::<Self>(ARRIVAL),
                operation <- Ticket::new::<Self>(OPERATION),
                completion <- Ticket::new::<Self>(COMPLETION),
                abort <- Ticket::new::<Self>(ABORT),
            }),
            GFP_ATOMIC,
        )?;
        BOOKS.open(Account::Exchanges);
        registry::add_exchange(&exchange, key)?;
        Ok(exchange)
    }
}

#[pinned_drop]
impl PinnedDrop for Exchange {
    fn drop(self: Pin<&mut Self>) {
        BOOKS.close(Account::Exchanges);
    }
}
