// SPDX-License-Identifier: GPL-2.0

//! The memory of one command, of which every queue has as many as a host may
//! have commands outstanding.

use core::{
    cell::UnsafeCell,
    pin::Pin,
    ptr,
    sync::atomic::{
        AtomicU32,
        Ordering::Acquire, //
    }, //
};

use kernel::sync::{
    atomic::{
        Atomic,
        Full, //
    },
    Arc,
    UniqueArc, //
};
use zerocopy::FromZeros;

use crate::{
    abi,
    nvmet::{
        port::NvmetPort,
        request::Request, //
    },
    shared::{
        fc::{
            target_request::Operation,
            target_template::FcpRequestPtr, //
        },
        proto::{
            command::chunk::Chunk,
            life::{
                handover::Handover,
                target_exchange::{
                    self,
                    Action,
                    Event,
                    State, //
                }, //
            },
            wire::{
                CommandIu,
                ExtendedResponseIu, //
            }, //
        },
        support::{
            scatterlist::PageList,
            word::Word, //
        }, //
    }, //
};

/// State of the exchange and of the operation at hand, in one word, so that
/// one compare-and-exchange decides every race. Beside them, how often somebody
/// has looked at the operation at hand: it is forgotten when the next begins.
pub(crate) struct Phase(Atomic<u32>);

/// Where the handover's bits begin; the state is below.
const HANDOVER_SHIFT: u32 = 16;
/// Mask of the state.
const STATE_MASK: u32 = (1 << HANDOVER_SHIFT) - 1;
/// Mask of the handover, once it is shifted down.
const HANDOVER_MASK: u32 = 0xff;
/// One look; above the handover.
const LOOK: u32 = 1 << 28;
/// Mask of the looks.
const LOOKS: u32 = 0xf << 28;
/// Looks after which write data has had its time.
const LOOKS_MAX: u32 = 4 * LOOK;

/// The state in a word.
#[inline(always)]
fn state_in(word: u32) -> State {
    State::from_bits(word & STATE_MASK)
}

/// The handover in a word.
#[inline(always)]
fn handover_in(word: u32) -> Handover {
    Handover::from_bits((word >> HANDOVER_SHIFT) & HANDOVER_MASK)
}

/// Both in a word.
#[inline(always)]
fn word(state: State, handover: Handover) -> u32 {
    state.bits() | (handover.bits() << HANDOVER_SHIFT)
}

impl Phase {
    /// The word as it is now, without an ordering. Who acts on it alone, and not
    /// on a compare-and-exchange that follows, has to see to that.
    #[inline(always)]
    fn read(&self) -> u32 {
        // SAFETY: One aligned word; this is what the kernel calls READ_ONCE.
        unsafe { ptr::read_volatile(self.0.as_ptr()) }
    }

    /// The word as it is now, before anything that is read afterwards: pairs with
    /// the addition in [`Phase::done`], which comes after all that the LLDD wrote,
    /// its error and its count above all. A plain load on x86, and no call as the
    /// kernel crate's is.
    #[inline(always)]
    fn read_acquire(&self) -> u32 {
        // SAFETY: One aligned word, which all others access atomically.
        unsafe { AtomicU32::from_ptr(self.0.as_ptr().cast()) }.load(Acquire)
    }

    /// Puts an exchange that nobody else can see into a state.
    #[inline(always)]
    pub(crate) fn set(&self, state: State) {
        // SAFETY: As in `read`, for WRITE_ONCE; nobody else changes it.
        unsafe { ptr::write_volatile(self.0.as_ptr(), state.bits()) };
    }

    /// Changes both parts at once, unless `change` finds nothing to change.
    fn update<R>(
        &self,
        change: impl Fn(State, Handover) -> Option<(State, Handover, R)>,
    ) -> Option<R> {
        let mut old = self.read();
        loop {
            let (state, handover, result) = change(state_in(old), handover_in(old))?;
            match self.0.cmpxchg(old, word(state, handover), Full) {
                Ok(_) => return Some(result),
                Err(now) => old = now,
            }
        }
    }

    /// An event of the owner, with a short way for `usual`, the state that is
    /// expected, without a mark: the compiler knows what follows. Otherwise as
    /// [`Phase::on_issue`] if `issue`, else as [`Phase::on`].
    #[inline(always)]
    pub(crate) fn on_from(&self, usual: State, event: Event, issue: bool) -> Option<Action> {
        let old = self.read();
        if state_in(old) == usual {
            let (state, action) = target_exchange::on(usual, event).ok()?;
            let handover = match action {
                Action::Proceed if issue => Handover::ISSUING,
                _ => Handover::IDLE,
            };
            if self.0.cmpxchg(old, word(state, handover), Full).is_ok() {
                return Some(action);
            }
        }
        if issue {
            self.on_issue(event)
        } else {
            self.on(event)
        }
    }

    /// An event of the owner, who has no operation with the LLDD afterwards.
    /// `None`: it does not belong to the state.
    #[cold]
    pub(crate) fn on(&self, event: Event) -> Option<Action> {
        let mut old = self.read();
        loop {
            let (state, action) = target_exchange::on(state_in(old), event).ok()?;
            match self.0.cmpxchg(old, word(state, Handover::IDLE), Full) {
                Ok(_) => return Some(action),
                Err(now) => old = now,
            }
        }
    }

    /// An event of the owner after which, if it may proceed, an operation goes
    /// to the LLDD.
    #[inline(never)]
    pub(crate) fn on_issue(&self, event: Event) -> Option<Action> {
        let mut old = self.read();
        loop {
            let (state, action) = target_exchange::on(state_in(old), event).ok()?;
            let handover = match action {
                Action::Proceed => Handover::ISSUING,
                _ => Handover::IDLE,
            };
            match self.0.cmpxchg(old, word(state, handover), Full) {
                Ok(_) => return Some(action),
                Err(now) => old = now,
            }
        }
    }

    /// The LLDD received an abort. The operation at hand goes on.
    pub(crate) fn abort_received(&self) {
        self.update(|state, handover| {
            let (state, _) = target_exchange::on(state, Event::AbortReceived).ok()?;
            Some((state, handover, ()))
        });
    }

    /// `fcp_op` returned; says whether the caller carries on.
    #[inline(always)]
    pub(crate) fn issued(&self, refused: bool) -> bool {
        // What `done` has ended nobody can take hold of any more, so the word
        // can stay as it is until the next event.
        if !refused && handover_in(self.read_acquire()).is_over() {
            return true;
        }
        self.update(|state, handover| {
            let (handover, carry_on) = handover.issued(refused);
            Some((state, handover, carry_on))
        })
        .unwrap_or(false)
    }

    /// The LLDD called `done`; says whether the caller carries on. `None`: the
    /// LLDD had no operation. A second `done` is told from the first unless both
    /// come at the same time: that costs a loop less.
    #[inline(always)]
    pub(crate) fn done(&self) -> Option<bool> {
        if !handover_in(self.read()).is_running() {
            return None;
        }
        // Full: what the LLDD wrote before is seen by whoever carries on, here or
        // in `issued` and `aborted`.
        let old = self.0.fetch_add(Handover::ADD_DONE << HANDOVER_SHIFT, Full);
        Some(handover_in(old).is_lldd_alone())
    }

    /// The queue goes away. Says whether the caller must call `fcp_abort`, and
    /// then [`Phase::aborted`].
    pub(crate) fn tear_down(&self) -> bool {
        self.update(|state, handover| {
            let Some(aborting) = handover.abort() else {
                let (state, _) = target_exchange::on(state, Event::Stop).ok()?;
                return Some((state, handover, false));
            };
            match target_exchange::on(state, Event::Teardown).ok()? {
                (state, Action::CallAbort) => Some((state, aborting, true)),
                (state, _) => Some((state, handover, false)),
            }
        })
        .unwrap_or(false)
    }

    /// One more look at an operation that fetches write data. Says whether it has
    /// had its time, and the caller must call `fcp_abort` and then
    /// [`Phase::aborted`].
    pub(crate) fn grow_older(&self) -> bool {
        let mut old = self.read();
        loop {
            let (state, handover) = (state_in(old), handover_in(old));
            if state.phase() != State::WRITE_DATA || state.is_told() || !handover.is_running() {
                return false;
            }
            let older = old.wrapping_add(LOOK);
            let mut new = older;
            let expired = older & LOOKS >= LOOKS_MAX;
            if expired {
                let aborting = handover.abort();
                let told = target_exchange::on(state, Event::Teardown);
                let (Some(aborting), Ok((state, Action::CallAbort))) = (aborting, told) else {
                    return false;
                };
                new = word(state, aborting);
            }
            match self.0.cmpxchg(old, new, Full) {
                Ok(_) => return expired,
                Err(now) => old = now,
            }
        }
    }

    /// Where the command is, without the marks.
    pub(crate) fn state(&self) -> State {
        state_in(self.read()).phase()
    }

    /// Whether the LLDD moves write data of a command that nvmet waits for.
    pub(crate) fn is_in_write_data(&self) -> bool {
        let state = state_in(self.read());
        state.phase() == State::WRITE_DATA && !state.is_detached()
    }

    /// The LLDD does not end the write data of a queue that goes away. Says
    /// whether nvmet's request is the caller's to give back: the exchange stays
    /// the LLDD's, and its end is all that is left.
    pub(crate) fn detach(&self) -> bool {
        self.update(|state, handover| {
            if !handover.is_running() {
                // It ends just now.
                return None;
            }
            let (state, _) = target_exchange::on(state, Event::Detach).ok()?;
            Some((state, handover, ()))
        })
        .is_some()
    }

    /// `fcp_abort` returned; says whether the caller carries on.
    pub(crate) fn aborted(&self) -> bool {
        self.update(|state, handover| {
            let (handover, carry_on) = handover.aborted();
            Some((state, handover, carry_on))
        })
        .unwrap_or(false)
    }
}

/// What belongs to the one who has the exchange.
pub(crate) struct Work<Q> {
    /// The queue, while the exchange is not free: it outlives its commands.
    pub(crate) owner: Option<Arc<Q>>,
    /// The data, if there is any.
    pub(crate) data: Option<PageList>,
    /// Bytes that the command IU stated.
    pub(crate) expected: u32,
    /// Bytes moved.
    pub(crate) offset: u32,
    /// What the operation at hand moves, or the next one will.
    pub(crate) chunk: Chunk,
    /// The operation at hand.
    pub(crate) operation: Operation,
    /// The LLDD did not take it.
    pub(crate) refused: bool,
    /// Data goes to the host.
    pub(crate) read: bool,
    /// Command IU of a command that was deferred: the LLDD's, until the
    /// command begins.
    pub(crate) deferred: *const CommandIu,
}

/// The memory of one command.
///
/// # Invariants
///
/// `queue` is the queue whose slot this is, from before anybody can find the
/// slot. `response` is the slot's own, as long as the queue is.
/// `work`, `command` and `request` belong to the one who has the exchange:
/// first to the thread that took the slot, then to whoever was told to carry
/// on, nvmet between `nvmet_req_init` and `queue_response`. `lldd` changes
/// under the queue's lock, by the owner's hand.
#[repr(C)]
pub(crate) struct Slot<Q> {
    /// nvmet's request; first, so that a pointer to it is one to the slot.
    pub(crate) request: Request,
    /// Where the exchange is.
    pub(crate) phase: Phase,
    /// Which slot of the queue.
    pub(crate) index: u16,
    /// The queue.
    queue: UnsafeCell<*const Q>,
    /// The LLDD's exchange; null while free. Who has not the exchange looks at it
    /// with the queue's lock.
    pub(crate) lldd: Word<FcpRequestPtr>,
    /// The response.
    pub(crate) response: *mut ExtendedResponseIu,
    /// Its bus address, 0 without a device.
    pub(crate) response_address: abi::dma_addr_t,
    /// What else belongs to the exchange's owner.
    pub(crate) work: UnsafeCell<Work<Q>>,
    /// The command IU.
    pub(crate) command: UnsafeCell<CommandIu>,
}

// SAFETY: What is shared is atomic, under a lock, or constant; the rest has one
// owner at a time, by the invariant.
unsafe impl<Q: Send + Sync> Send for Slot<Q> {}
// SAFETY: What is shared is atomic, under a lock, or constant; the rest has one
// owner at a time, by the invariant.
unsafe impl<Q: Send + Sync> Sync for Slot<Q> {}

impl<Q> Slot<Q> {
    /// A free slot.
    pub(crate) fn new(
        index: u16,
        response: *mut ExtendedResponseIu,
        response_address: abi::dma_addr_t,
    ) -> Self {
        Self {
            request: Request::new(),
            phase: Phase(Atomic::new(State::FREE.bits())),
            index,
            queue: UnsafeCell::new(ptr::null()),
            lldd: Word::new(ptr::null_mut()),
            response,
            response_address,
            work: UnsafeCell::new(Work {
                owner: None,
                data: None,
                expected: 0,
                offset: 0,
                chunk: Chunk {
                    length: 0,
                    elements: 0,
                    last: false,
                },
                operation: Operation::Rsp,
                refused: false,
                read: false,
                deferred: ptr::null(),
            }),
            command: UnsafeCell::new(CommandIu::new_zeroed()),
        }
    }

    /// Tells all slots of a new queue whose they are, and nvmet's requests what
    /// stays the same for all commands: where the command and its completion
    /// are, and the port.
    pub(crate) fn adopt_all(queue: &Pin<UniqueArc<Q>>, slots: fn(&Q) -> &[Self], port: NvmetPort) {
        for slot in slots(queue) {
            // SAFETY: Nobody else knows the queue yet.
            unsafe { *slot.queue.get() = ptr::from_ref::<Q>(queue) };
            let command = slot.command.get();
            // SAFETY: Nobody else knows the queue yet; slots stay where they are, and so
            // do their responses.
            unsafe {
                let (entry, completion) = (&raw mut (*command).sqe, &raw mut (*slot.response).cqe);
                slot.request.prepare(entry, completion, port);
            }
        }
    }

    /// The queue. Its memory is alive when the slot's is.
    #[inline(always)]
    pub(crate) fn queue(&self) -> *const Q {
        // SAFETY: By the invariant it does not change any more.
        unsafe { *self.queue.get() }
    }
}
