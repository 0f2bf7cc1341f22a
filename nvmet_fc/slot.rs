// SPDX-License-Identifier: GPL-2.0

//! The memory of one command, of which every queue has as many as a host may
//! have commands outstanding.

use core::{cell::UnsafeCell, ptr};

use kernel::{
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        Arc, //
    },
    types::Opaque, //
};
use zerocopy::FromZeros;

use crate::{
    abi,
    queue::Queue,
    sgl::DataBuffer,
    shared::proto::{
        handover::Handover,
        target_exchange::{
            self,
            Action,
            Event,
            State, //
        },
        wire::CommandIu, //
    },
    template::FcpRequestPtr, //
};

/// State of the exchange and of the operation at hand, in one word, so that
/// one compare-and-exchange decides every race.
pub(crate) struct Phase(Atomic<u32>);

/// Where the handover's bits begin; the state is below.
const HANDOVER_SHIFT: u32 = 16;
/// Mask of the state.
const STATE_MASK: u32 = (1 << HANDOVER_SHIFT) - 1;

impl Phase {
    /// Puts an exchange that nobody else can see into a state.
    #[inline]
    pub(crate) fn set(&self, state: State) {
        self.0.store(state.bits(), Relaxed);
    }

    /// Changes both parts at once, unless `change` finds nothing to change.
    #[inline]
    fn update<R>(
        &self,
        change: impl Fn(State, Handover) -> Option<(State, Handover, R)>,
    ) -> Option<R> {
        let mut old = self.0.load(Relaxed);
        loop {
            let state = State::from_bits(old & STATE_MASK);
            let handover = Handover::from_bits(old >> HANDOVER_SHIFT);
            let (state, handover, result) = change(state, handover)?;
            let new = state.bits() | (handover.bits() << HANDOVER_SHIFT);
            match self.0.cmpxchg(old, new, Full) {
                Ok(_) => return Some(result),
                Err(now) => old = now,
            }
        }
    }

    /// An event. `None`: it does not belong to the state.
    #[inline]
    pub(crate) fn on(&self, event: Event) -> Option<Action> {
        self.update(|state, handover| {
            let (state, action) = target_exchange::on(state, event).ok()?;
            Some((state, handover, action))
        })
    }

    /// An event after which, if it may proceed, an operation goes to the LLDD.
    #[inline]
    pub(crate) fn on_issue(&self, event: Event) -> Option<Action> {
        self.update(|state, handover| {
            let (state, action) = target_exchange::on(state, event).ok()?;
            let handover = match action {
                Action::Proceed => Handover::ISSUING,
                _ => handover,
            };
            Some((state, handover, action))
        })
    }

    /// `fcp_op` returned; says whether the caller carries on.
    #[inline]
    pub(crate) fn issued(&self, refused: bool) -> bool {
        self.update(|state, handover| {
            let (handover, carry_on) = handover.issued(refused);
            Some((state, handover, carry_on))
        })
        .unwrap_or(false)
    }

    /// The LLDD called `done`; says whether the caller carries on. `None`: the
    /// LLDD had no operation.
    #[inline]
    pub(crate) fn done(&self) -> Option<bool> {
        self.update(|state, handover| {
            let (handover, carry_on) = handover.done()?;
            Some((state, handover, carry_on))
        })
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
pub(crate) struct Work {
    /// The queue, while the exchange is not free: it outlives its commands.
    pub(crate) queue: Option<Arc<Queue>>,
    /// The data, if there is any.
    pub(crate) data: Option<DataBuffer>,
    /// Bytes that the command IU stated.
    pub(crate) expected: u32,
    /// Bytes moved.
    pub(crate) offset: u32,
    /// Elements of the operation at hand.
    pub(crate) elements: u32,
    /// The LLDD did not take the operation at hand.
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
/// `queue` is the queue whose slot this is, and null before that is finished.
/// `work`, `command` and `request` belong to the one who has the exchange:
/// first to the thread that took the slot, then to whoever was told to carry
/// on, nvmet between `nvmet_req_init` and `queue_response`.
#[repr(C)]
pub(crate) struct Slot {
    /// nvmet's request; first, so that a pointer to it is one to the slot.
    pub(crate) request: Opaque<abi::nvmet_req>,
    /// Where the exchange is.
    pub(crate) phase: Phase,
    /// Which slot of the queue.
    pub(crate) index: u16,
    /// The queue.
    pub(crate) queue: Atomic<*const Queue>,
    /// The LLDD's exchange; null while free. Written under the queue's lock.
    pub(crate) lldd: Atomic<FcpRequestPtr>,
    /// The command IU.
    pub(crate) command: UnsafeCell<CommandIu>,
    /// What else belongs to the exchange's owner.
    pub(crate) work: UnsafeCell<Work>,
}

// SAFETY: What is not atomic has one owner at a time, by the invariant.
unsafe impl Send for Slot {}
// SAFETY: As above.
unsafe impl Sync for Slot {}

impl Slot {
    /// A free slot.
    pub(crate) fn new(index: u16) -> Self {
        Self {
            request: Opaque::zeroed(),
            phase: Phase(Atomic::new(State::FREE.bits())),
            index,
            queue: Atomic::new(ptr::null()),
            lldd: Atomic::new(ptr::null_mut()),
            command: UnsafeCell::new(CommandIu::new_zeroed()),
            work: UnsafeCell::new(Work {
                queue: None,
                data: None,
                expected: 0,
                offset: 0,
                elements: 0,
                refused: false,
                read: false,
                deferred: ptr::null(),
            }),
        }
    }
}
