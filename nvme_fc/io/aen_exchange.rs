// SPDX-License-Identifier: GPL-2.0

//! The memory of the asynchronous event request.

use core::{
    ffi::c_void,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            Full,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

use crate::{
    abi,
    io::{
        connection::{
            Connection,
            QueueOwner, //
        },
        exchange::{
            Exchange,
            OnDone, //
        },
        holder::Unsent, //
    },
    shared::{
        fc::{
            iu_memory::IuMemory,
            private_area::PrivateArea, //
        },
        proto::{
            command::cmd_iu::{
                self,
                Category,
                Direction, //
            },
            life::host_exchange::Event,
            wire::SubmissionEntry, //
        }, //
    }, //
};

/// Opcode of the request.
const ASYNC_EVENT: u8 = 0x0c;
/// Its command identifier: the first beyond the admin queue's tags, by which
/// the NVMe core knows it.
const COMMAND_ID: u16 = abi::NVME_AQ_BLK_MQ_DEPTH as u16;

/// What an association gives the exchange.
struct Ready {
    /// What the IUs are mapped for.
    memory: Arc<IuMemory>,
    /// The LLDD's memory.
    _private: PrivateArea,
}

/// The exchange.
#[pin_data]
pub(crate) struct AenExchange<O: QueueOwner> {
    /// The exchange.
    #[pin]
    exchange: Exchange<O>,
    /// How many hold the exchange: the LLDD, and a `done` that is not over.
    held: Atomic<i32>,
    /// There while the association is.
    #[pin]
    ready: Mutex<Option<Ready>>,
}

impl<O: QueueOwner> AenExchange<O> {
    /// An exchange of the admin queue, not ready yet, which `D` gets when an LLDD
    /// gives it back. The queue is part of the same controller.
    pub(crate) fn new<D: OnDone<O>>(admin: NonNull<Connection<O>>) -> impl PinInit<Self, Error> {
        let none = ptr::null_mut::<c_void>();
        // SAFETY: The controller waits for the exchange before it goes, and the
        // queue with it.
        let exchange = unsafe { Exchange::new::<D>(admin, none.cast(), none, Category::Admin) };
        try_pin_init!(Self {
            exchange <- exchange,
            held: Atomic::new(0),
            ready <- new_mutex!(None, "AenExchange::ready"),
        })
    }

    /// Makes the exchange ready for an association. Context: may sleep; the
    /// exchange is idle.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`.
    pub(crate) fn prepare(&self, memory: Arc<IuMemory>, private: u32) -> Result {
        let private = PrivateArea::new(private)?;
        let mut ready = self.ready.lock();
        self.exchange.map(&memory)?;
        // SAFETY: Idle, and nobody sends it before this is over.
        unsafe { self.exchange.set_private(private.as_ptr()) };
        *ready = Some(Ready {
            memory,
            _private: private,
        });
        Ok(())
    }

    /// Takes back what the association gave. Context: may sleep; the exchange
    /// is idle, and nobody sends it.
    pub(crate) fn unprepare(&self) {
        if let Some(ready) = self.ready.lock().take() {
            self.exchange.unmap(&ready.memory);
            // SAFETY: Idle, by this function's contract.
            unsafe { self.exchange.set_private(ptr::null_mut()) };
        }
    }

    /// Sends the request: `None` if it is out already or not ready, else what
    /// the LLDD said. Context: may sleep.
    pub(crate) fn send(&self) -> Option<Result<(), c_int>> {
        let ready = self.ready.lock();
        ready.as_ref()?;
        let mut exchange = Unsent::begin(&self.exchange)?;
        let admin = self.exchange.connection();
        let command = exchange.command();
        command.sqe = entry();
        cmd_iu::prepare(command, admin.id(), Direction::NoData, 0);
        cmd_iu::set_sequence_number(command, admin.next_sequence());
        exchange.describe(Direction::NoData, 0);
        exchange.sync();
        self.held.add(1, Relaxed);
        Some(exchange.submit().inspect_err(|_| self.count_off()))
    }

    /// Asks the LLDD for the exchange, if it has it. Context: may sleep.
    pub(crate) fn terminate(&self) {
        self.exchange.abort(Event::Terminate);
    }

    /// Asks the LLDD again, if it was asked long ago. Context: may sleep.
    pub(crate) fn terminate_again(&self) -> bool {
        self.exchange.abort_again()
    }

    /// Whether the LLDD, or a `done` that is not over, has the exchange; what
    /// comes after is ordered after the last use of it.
    pub(crate) fn is_busy(&self) -> bool {
        // Partner of `count_off`.
        self.held.load(Acquire) > 0
    }

    /// One holder less, after its last use of the exchange: partner of
    /// [`AenExchange::is_busy`].
    pub(crate) fn count_off(&self) {
        self.held.fetch_sub(1, Full);
    }
}

/// The request's submission queue entry, but for the data pointer.
fn entry() -> SubmissionEntry {
    let mut entry: SubmissionEntry = zerocopy::FromZeros::new_zeroed();
    entry.opcode = ASYNC_EVENT;
    entry.command_id = COMMAND_ID.to_le_bytes();
    entry
}
