// SPDX-License-Identifier: GPL-2.0

//! The memory of one command, of which every queue has as many as a host may
//! have commands outstanding.

use core::{
    cell::UnsafeCell,
    pin::Pin,
    ptr, //
};

use kernel::sync::{
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
    queue::{
        buffer::Buffer,
        state::Phase, //
    },
    shared::{
        fc::{
            target_request::{
                Operation,
                Part, //
            },
            target_template::FcpRequestPtr, //
        },
        proto::wire::{
            CommandIu,
            ExtendedResponseIu, //
        },
        support::{
            paged::PagedArray,
            word::Word, //
        }, //
    }, //
};

/// What is noted of a command: set at once when it begins.
#[derive(Clone, Copy)]
pub(crate) struct Marks {
    /// The operation at hand.
    pub(crate) operation: Operation,
    /// The LLDD did not take it.
    pub(crate) refused: bool,
    /// Data goes to the host.
    pub(crate) read: bool,
    /// A look at the slot, while it was free, has found a buffer.
    pub(crate) idle: bool,
}

/// What belongs to the one who has the exchange.
pub(crate) struct Work {
    /// Memory for data. That of the command at hand is as long as what this expects.
    pub(crate) buffer: Buffer,
    /// Bytes that the command IU stated.
    pub(crate) expected: u32,
    /// What the operation at hand moves, or the next one will, behind all that was
    /// moved.
    pub(crate) part: Part,
    /// What is noted of the command.
    pub(crate) marks: Marks,
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
/// on, nvmet between `nvmet_req_init` and `queue_response`; while the slot is free,
/// to whoever has the queue's lock. `lldd` changes under that lock, by the owner's
/// hand, and is null while the slot is free.
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
    pub(crate) work: UnsafeCell<Work>,
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
            phase: Phase::free(),
            index,
            queue: UnsafeCell::new(ptr::null()),
            lldd: Word::new(ptr::null_mut()),
            response,
            response_address,
            work: UnsafeCell::new(Work {
                buffer: Buffer::none(),
                expected: 0,
                part: Part::none(),
                marks: Marks {
                    operation: Operation::Rsp,
                    refused: false,
                    read: false,
                    idle: false,
                },
                deferred: ptr::null(),
            }),
            command: UnsafeCell::new(CommandIu::new_zeroed()),
        }
    }

    /// Tells all slots of a new queue whose they are, and nvmet's requests what
    /// stays the same for all commands: where the command and its completion
    /// are, and the port.
    pub(crate) fn adopt_all(
        queue: Pin<UniqueArc<Q>>,
        slots: fn(&Q) -> &PagedArray<Self>,
        port: NvmetPort,
    ) -> Arc<Q> {
        let queue = Arc::from(queue);
        for slot in slots(&queue).iter() {
            // SAFETY: Nobody else knows the queue yet.
            unsafe { *slot.queue.get() = Arc::as_ptr(&queue) };
            let command = slot.command.get();
            // SAFETY: Nobody else knows the queue yet; slots stay where they are, and so
            // do their responses.
            unsafe {
                let (entry, completion) = (&raw mut (*command).sqe, &raw mut (*slot.response).cqe);
                slot.request.prepare(entry, completion, port);
            }
        }
        queue
    }

    /// The command that the slot had last, for events. Context: any; if another is just
    /// put in, of both, which are plain data.
    pub(crate) fn last_command(&self) -> CommandIu {
        // SAFETY: The memory is the slot's.
        unsafe { self.command.get().read_volatile() }
    }

    /// The queue, from [`Arc::as_ptr`]. Its memory is alive when the slot's is.
    #[inline(always)]
    pub(crate) fn queue(&self) -> *const Q {
        // SAFETY: By the invariant it does not change any more.
        unsafe { *self.queue.get() }
    }
}
