// SPDX-License-Identifier: GPL-2.0

//! The memory of the asynchronous event request.

use core::{
    mem::MaybeUninit,
    ptr, //
};

use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            Full,
            Relaxed,
            Release, //
        },
        Arc,
        Mutex, //
    },
    types::Opaque, //
};

use crate::{
    abi,
    io::{
        exchange::{
            Done,
            Exchange, //
        },
        queue::Queue, //
    },
    port::iu_memory::IuMemory,
    shared::{
        fc::private_area::PrivateArea,
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
///
/// # Invariants
///
/// `made` says that `exchange` is initialised.
#[pin_data]
pub(crate) struct AenExchange {
    /// The exchange.
    exchange: Opaque<MaybeUninit<Exchange>>,
    /// What the LLDD calls when it is done with it.
    done: Done,
    /// See the invariant.
    made: Atomic<bool>,
    /// How many hold the exchange: the LLDD, and a `done` that is not over.
    held: Atomic<i32>,
    /// There while the association is.
    #[pin]
    ready: Mutex<Option<Ready>>,
}

// SAFETY: The exchange may be used from any thread.
unsafe impl Send for AenExchange {}
// SAFETY: The exchange does its own locking.
unsafe impl Sync for AenExchange {}

impl AenExchange {
    /// Memory for an exchange, not made yet. `done` is for this exchange.
    pub(crate) fn new(done: Done) -> impl PinInit<Self> {
        pin_init!(Self {
            exchange: Opaque::uninit(),
            done,
            made: Atomic::new(false),
            held: Atomic::new(0),
            ready <- new_mutex!(None, "AenExchange::ready"),
        })
    }

    /// The exchange, if it was made.
    fn exchange(&self) -> Option<&Exchange> {
        if self.made.load(Acquire) {
            // SAFETY: Initialised, by the type's invariant.
            Some(unsafe { &*self.exchange.get().cast::<Exchange>() })
        } else {
            None
        }
    }

    /// Makes the exchange ready for an association. Context: may sleep; the
    /// exchange is idle.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`.
    pub(crate) fn prepare(&self, admin: &Queue, memory: Arc<IuMemory>, private: u32) -> Result {
        let private = PrivateArea::new(private)?;
        let mut ready = self.ready.lock();
        if !self.made.load(Relaxed) {
            // SAFETY: The controller is pinned, and waits for the exchange
            // before it goes; the queue is part of the same controller.
            unsafe {
                Exchange::init(
                    self.exchange.get().cast(),
                    admin,
                    ptr::null_mut(),
                    ptr::null_mut(),
                    Category::Admin,
                    self.done,
                )
            };
            // INVARIANT: Initialised above.
            self.made.store(true, Release);
        }
        let exchange = self.exchange().ok_or(EINVAL)?;
        exchange.map(&memory)?;
        // SAFETY: Idle, and nobody sends it before this is over.
        unsafe { exchange.set_private(private.as_ptr()) };
        *ready = Some(Ready {
            memory,
            _private: private,
        });
        Ok(())
    }

    /// Takes back what the association gave. Context: may sleep; the exchange
    /// is idle, and nobody sends it.
    pub(crate) fn unprepare(&self) {
        let Some(ready) = self.ready.lock().take() else {
            return;
        };
        if let Some(exchange) = self.exchange() {
            exchange.unmap(&ready.memory);
            // SAFETY: Idle, by this function's contract.
            unsafe { exchange.set_private(ptr::null_mut()) };
        }
    }

    /// Sends the request: `None` if it is out already or not ready, else what
    /// the LLDD said. Context: may sleep.
    pub(crate) fn send(&self, admin: &Queue) -> Option<Result<(), c_int>> {
        let ready = self.ready.lock();
        let exchange = self.exchange()?;
        if ready.is_none() || exchange.on(Event::Start).is_err() {
            return None;
        }
        // SAFETY: Started by us, and not with the LLDD yet.
        let command = unsafe { exchange.command_mut() };
        command.sqe = entry();
        cmd_iu::prepare(command, admin.connection(), Direction::NoData, 0);
        cmd_iu::set_sequence_number(command, admin.next_sequence());
        // SAFETY: Not with the LLDD yet, and nobody else sends it.
        unsafe { exchange.describe(Direction::NoData, 0) };
        exchange.sync_command();
        self.held.add(1, Relaxed);
        // SAFETY: The controller keeps the exchange until `done` ran.
        let status = unsafe { admin.link().submit(exchange.fcp()) };
        if status == 0 {
            return Some(Ok(()));
        }
        let _ = exchange.on(Event::Refused);
        self.count_off();
        Some(Err(status))
    }

    /// Asks the LLDD for the exchange, if it has it. Context: may sleep.
    pub(crate) fn terminate(&self) {
        if let Some(exchange) = self.exchange() {
            exchange.abort(Event::Terminate);
        }
    }

    /// Asks the LLDD again, if it was asked long ago. Context: may sleep.
    pub(crate) fn terminate_again(&self) -> bool {
        self.exchange().is_some_and(Exchange::abort_again)
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
