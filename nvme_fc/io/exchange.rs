// SPDX-License-Identifier: GPL-2.0

//! One FCP exchange: a request's private memory, or an asynchronous event's.
//!
//! The struct begins with the `struct nvme_request` that the NVMe core expects
//! in front of every request's private memory, and is followed by the LLDD's
//! private bytes. Its state is one atomic word; each event on it is won by one
//! compare-and-exchange ([`crate::shared::proto::life::host_exchange`]).
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    cell::UnsafeCell,
    ffi::c_void,
    mem::{
        offset_of,
        size_of,
        MaybeUninit, //
    },
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    container_of,
    prelude::*,
    sync::atomic::{
        Acquire,
        Atomic,
        Full,
        Relaxed,
        Release, //
    },
    types::Opaque, //
};

use crate::{
    abi,
    io::queue::Queue,
    port::iu_memory::{
        Place,
        ResponseBuffer, //
    },
    shared::{
        proto::{
            command::{
                cmd_iu::{
                    self,
                    Category,
                    Direction, //
                },
                response::Report, //
            },
            life::host_exchange::{
                self,
                Action,
                Event,
                Ignored,
                State, //
            },
            wire::{
                CommandIu,
                ExtendedResponseIu, //
            }, //
        },
        support::{
            links::{
                Linked,
                Links, //
            },
            ratelimit::jiffies,
            word::Word, //
        }, //
    }, //
};

/// `done` of an exchange.
pub(crate) type Done = unsafe extern "C" fn(*mut abi::nvmefc_fcp_req);

/// Scatterlist elements inside the exchange: up to so many segments, nothing
/// is allocated.
pub(crate) const INLINE_SEGMENTS: usize = 2;

/// A command IU, aligned as the NVMe core wants the entry inside it.
#[repr(C, align(8))]
pub(crate) struct CommandBuffer(pub(crate) UnsafeCell<CommandIu>);

const _: () = assert!(size_of::<CommandIu>() == size_of::<abi::nvme_fc_cmd_iu>());
const _: () = assert!(size_of::<ExtendedResponseIu>() == size_of::<abi::nvme_fc_ersp_iu>());
const _: () = assert!(offset_of!(CommandIu, sqe) % 8 == 0);

/// An exchange.
///
/// # Invariants
///
/// Initialised by [`Exchange::init`] and at a fixed address since. `queue`
/// outlives it. While the state is neither idle nor complete, the LLDD may read
/// and write `fcp`, `command`, `response` and the data.
#[repr(C)]
pub(crate) struct Exchange {
    /// The NVMe core's part, which must come first.
    nvme: Opaque<abi::nvme_request>,
    /// What the LLDD sees.
    fcp: Opaque<abi::nvmefc_fcp_req>,
    /// See the module's documentation.
    state: Atomic<u32>,
    /// Scatterlist elements in use before DMA mapping merged any.
    pub(crate) elements: Word<c_int>,
    /// When the LLDD was last asked for its end: the low half of jiffies.
    asked: Atomic<u32>,
    /// The queue it belongs to.
    queue: NonNull<Queue>,
    /// The request around it; null for an asynchronous event.
    request: *mut abi::request,
    /// What is sent.
    pub(crate) command: CommandBuffer,
    /// Where the LLDD puts what comes back: `response`, or memory of the port's
    /// device. It changes while the exchange is idle.
    reply: UnsafeCell<NonNull<ResponseBuffer>>,
    /// What comes back, if the port has no device.
    response: ResponseBuffer,
    /// The first scatterlist elements.
    pub(crate) inline: Opaque<[abi::scatterlist; INLINE_SEGMENTS]>,
    /// Its place on the queue's list.
    links: Links<Self>,
}

const _: () = assert!(offset_of!(Exchange, nvme) == 0);
const _: () = assert!(size_of::<Exchange>() % 8 == 0);

// SAFETY: The raw pointers outlive the exchange, by the type's invariant.
unsafe impl Send for Exchange {}
// SAFETY: The state says who may touch the rest.
unsafe impl Sync for Exchange {}

// SAFETY: `links` is a field.
unsafe impl Linked for Exchange {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

/// Who finishes an exchange, and how it got there.
#[derive(Clone, Copy)]
pub(crate) struct Finish {
    /// It was aborted before it ended.
    pub(crate) aborted: bool,
    /// A teardown asked for that.
    pub(crate) terminated: bool,
}

impl Exchange {
    /// Bytes that the block layer sets aside behind each request, for LLDDs
    /// that want `private` bytes of them.
    pub(crate) fn size(private: u32) -> Result<u32> {
        u32::try_from(size_of::<Self>())
            .ok()
            .and_then(|size| size.checked_add(private))
            .ok_or(EINVAL)
    }

    /// Makes an exchange at `slot`, idle and not mapped.
    ///
    /// # Safety
    ///
    /// `slot` may be written, stays where it is, and is used as an exchange of
    /// `queue` alone, which outlives it. `private` is the LLDD's memory for it.
    /// `request` is the request around it, or null.
    pub(crate) unsafe fn init(
        slot: *mut Self,
        queue: &Queue,
        request: *mut abi::request,
        private: *mut c_void,
        category: Category,
        done: Done,
    ) {
        let mut command = MaybeUninit::<CommandIu>::zeroed();
        // SAFETY: All zeroes are a valid IU.
        cmd_iu::initialise(unsafe { command.assume_init_mut() }, category);
        // SAFETY: `slot` may be written; the addresses are of its own fields,
        // and zeroes are a valid value of every other field of the C structs.
        unsafe {
            slot.write(Self {
                nvme: Opaque::zeroed(),
                fcp: Opaque::zeroed(),
                state: Atomic::new(State::IDLE.bits()),
                elements: Word::new(0),
                asked: Atomic::new(0),
                queue: NonNull::from(queue),
                request,
                command: CommandBuffer(UnsafeCell::new(command.assume_init())),
                reply: UnsafeCell::new(NonNull::dangling()),
                response: ResponseBuffer(UnsafeCell::new(MaybeUninit::zeroed().assume_init())),
                inline: Opaque::zeroed(),
                links: Links::new(),
            })
        };
        // SAFETY: Just written.
        let this = unsafe { &*slot };
        // SAFETY: The exchange is nobody else's yet.
        unsafe { this.reply_to(None) };
        let fcp = this.fcp.get();
        // SAFETY: The exchange is nobody else's yet.
        unsafe {
            (*fcp).cmdaddr = this.command.0.get().cast();
            // CAST: Both are small.
            (*fcp).cmdlen = size_of::<CommandIu>() as u16;
            (*fcp).rsplen = size_of::<ExtendedResponseIu>() as u16;
            (*fcp).first_sgl = this.inline.get().cast();
            (*fcp).done = Some(done);
            (*fcp).private = private;
            (*fcp).sqid = queue.index().to_le();
        }
        let nvme = this.nvme.get();
        // SAFETY: The exchange is nobody else's yet; the entry lies aligned inside the
        // command IU.
        unsafe {
            (*nvme).cmd = (&raw mut (*this.command.0.get()).sqe).cast();
            (*nvme).ctrl = queue.ctrl().nvme().as_raw();
        }
    }

    /// The exchange that an LLDD, or a request, knows by `fcp`.
    ///
    /// # Safety
    ///
    /// `fcp` is part of an exchange that stays valid for `'a`.
    #[inline(always)]
    pub(crate) unsafe fn from_fcp<'a>(fcp: *mut abi::nvmefc_fcp_req) -> &'a Self {
        // CAST: `Opaque` is transparent.
        let fcp = fcp.cast::<Opaque<abi::nvmefc_fcp_req>>();
        // SAFETY: `fcp` is that field, by this function's contract.
        unsafe { &*container_of!(fcp, Self, fcp) }
    }

    /// What the LLDD sees.
    #[inline(always)]
    pub(crate) fn fcp(&self) -> *mut abi::nvmefc_fcp_req {
        self.fcp.get()
    }

    /// The NVMe core's part.
    pub(crate) fn nvme(&self) -> *mut abi::nvme_request {
        self.nvme.get()
    }

    /// The request around it; null for an asynchronous event.
    #[inline(always)]
    pub(crate) fn request(&self) -> *mut abi::request {
        self.request
    }

    /// The queue it belongs to.
    #[inline(always)]
    pub(crate) fn queue(&self) -> &Queue {
        // SAFETY: The queue outlives the exchange, by the type's invariant.
        unsafe { self.queue.as_ref() }
    }

    /// Gives the exchange the LLDD's memory for it.
    ///
    /// # Safety
    ///
    /// The exchange is idle, and nobody else uses it.
    pub(crate) unsafe fn set_private(&self, private: *mut c_void) {
        // SAFETY: Idle, by this function's contract.
        unsafe { (*self.fcp.get()).private = private };
    }

    /// Tells the LLDD which hardware queue carries the command.
    ///
    /// # Safety
    ///
    /// The exchange is idle, and nobody else uses it.
    pub(crate) unsafe fn set_queue_id(&self, index: u16) {
        // SAFETY: Idle, by this function's contract.
        unsafe { (*self.fcp.get()).sqid = index.to_le() };
    }

    /// The command, to be filled.
    ///
    /// # Safety
    ///
    /// The exchange is idle, and the caller is its only user.
    #[expect(clippy::mut_from_ref, reason = "exclusive by contract")]
    #[inline(always)]
    pub(crate) unsafe fn command_mut(&self) -> &mut CommandIu {
        // SAFETY: Nobody else touches it, by this function's contract.
        unsafe { &mut *self.command.0.get() }
    }

    /// The command as it was sent; for log lines about one in flight.
    pub(crate) fn command(&self) -> CommandIu {
        // SAFETY: Nobody writes it while it is in flight; one that is not may
        // read half old, half new, and is plain data.
        unsafe { self.command.0.get().read_volatile() }
    }

    /// The command's name, for log lines.
    pub(crate) fn opcode_name(&self) -> &'static CStr {
        // SAFETY: The entry is valid as long as `self`; the name is static.
        unsafe {
            CStr::from_char_ptr(abi::nvme_fc_shim_opcode_str(
                c_int::from(self.queue().index()),
                (*self.nvme.get()).cmd,
            ))
        }
    }

    /// Has the LLDD put the response there, or, for none, into the exchange;
    /// gives the place that it had before.
    ///
    /// # Safety
    ///
    /// The exchange is idle, and nobody else uses it; the place stays valid
    /// until it is replaced.
    pub(crate) unsafe fn reply_to(&self, place: Option<Place>) -> Place {
        let (reply, address) = place.unwrap_or((NonNull::from(&self.response), 0));
        let fcp = self.fcp.get();
        // SAFETY: Idle, by this function's contract.
        unsafe {
            let before = (self.reply.get().replace(reply), (*fcp).rspdma);
            (*fcp).rspaddr = reply.as_ptr().cast();
            (*fcp).rspdma = address;
            before
        }
    }

    /// The response that came.
    ///
    /// # Safety
    ///
    /// The exchange is complete, and the caller finishes it.
    #[inline(always)]
    pub(crate) unsafe fn response(&self) -> &ExtendedResponseIu {
        // SAFETY: The place is valid, and the LLDD no longer writes it, by this
        // function's contract.
        unsafe { &*(*self.reply.get()).as_ref().0.get() }
    }

    /// Describes the data to the LLDD, and clears what it will report.
    ///
    /// # Safety
    ///
    /// The exchange is idle, and the caller is its only user.
    #[inline(always)]
    pub(crate) unsafe fn describe(&self, direction: Direction, length: u32) {
        let fcp = self.fcp.get();
        // SAFETY: Nobody else touches it, by this function's contract.
        unsafe {
            (*fcp).payload_length = length;
            (*fcp).io_dir = match direction {
                Direction::NoData => abi::nvmefc_fcp_datadir_NVMEFC_FCP_NODATA,
                Direction::Write => abi::nvmefc_fcp_datadir_NVMEFC_FCP_WRITE,
                Direction::Read => abi::nvmefc_fcp_datadir_NVMEFC_FCP_READ,
            };
            (*fcp).transferred_length = 0;
            (*fcp).rcv_rsplen = 0;
            (*fcp).status = 0;
            (*fcp).sg_cnt = 0;
        }
        self.elements.set(0);
    }

    /// What the LLDD reports.
    ///
    /// # Safety
    ///
    /// The exchange is complete, and the caller finishes it.
    #[inline(always)]
    pub(crate) unsafe fn report(&self, aborted: bool) -> Report {
        let fcp = self.fcp.get();
        // SAFETY: The LLDD no longer writes either, by this function's
        // contract.
        let (fcp, command) = unsafe { (&*fcp, &*self.command.0.get()) };
        Report {
            aborted,
            // CAST: The field is an errno in unsigned clothes.
            lldd_status: fcp.status as i32,
            response_length: fcp.rcv_rsplen,
            transferred: fcp.transferred_length,
            data_length: command.data_length.get(),
            command_id: command.sqe.command_id,
        }
    }

    /// Gives the exchange to the LLDD's side of the state. Context: it is idle
    /// and the caller's.
    #[inline(always)]
    pub(crate) fn start(&self) {
        self.state.store(State::ACTIVE.bits(), Release);
    }

    /// Makes a complete exchange idle again.
    #[inline(always)]
    pub(crate) fn release(&self) {
        // Partner of `is_idle`: all use of the exchange comes before this.
        self.state.store(State::IDLE.bits(), Release);
    }

    /// Whether the exchange is with nobody; what comes after is ordered after
    /// its last use.
    pub(crate) fn is_idle(&self) -> bool {
        // Partner of `release`.
        State::from_bits(self.state.load(Acquire)).phase() == State::IDLE
    }

    /// Whether the LLDD has given the exchange back, and it is not released.
    pub(crate) fn is_complete(&self) -> bool {
        // Partner of the full order of `finish`.
        State::from_bits(self.state.load(Acquire)).phase() == State::COMPLETE
    }

    /// Applies an event: one caller wins each change.
    ///
    /// # Errors
    ///
    /// The event does not apply.
    #[inline]
    pub(crate) fn on(&self, event: Event) -> Result<Action, Ignored> {
        let mut bits = self.state.load(Relaxed);
        loop {
            let (next, action) = host_exchange::on(State::from_bits(bits), event)?;
            match self.state.cmpxchg(bits, next.bits(), Full) {
                Ok(_) => return Ok(action),
                Err(now) => bits = now,
            }
        }
    }

    /// The LLDD gives the exchange back: `None` if it has done so before.
    #[inline(always)]
    pub(crate) fn finish(&self) -> Option<Finish> {
        // As `on`, without the events and actions of the others.
        let mut bits = self.state.load(Relaxed);
        loop {
            let (next, aborted, terminated) = host_exchange::done(State::from_bits(bits)).ok()?;
            match self.state.cmpxchg(bits, next.bits(), Full) {
                Ok(_) => {
                    return Some(Finish {
                        aborted,
                        terminated,
                    })
                }
                Err(now) => bits = now,
            }
        }
    }

    /// Asks the LLDD for the end of the exchange if `event` (an abort or a
    /// termination) wins; says whether it did. Context: may sleep; the end of
    /// the association waits for the caller, who keeps the request, or the
    /// event, from being used for another exchange.
    pub(crate) fn abort(&self, event: Event) -> bool {
        // Before the state says so, for whoever then looks whether it was long
        // ago. One that is aborted already keeps its time.
        if State::from_bits(self.state.load(Relaxed)).phase() == State::ACTIVE {
            self.asked.store(now(), Relaxed);
        }
        match self.on(event) {
            Ok(Action::CallAbort) => {
                self.call_abort();
                true
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    /// Asks the LLDD once more for the end of an exchange that it was asked for
    /// long ago: some drop an abort without a word when it comes at a bad time.
    /// Says whether it was asked. Context: as for [`Exchange::abort`].
    pub(crate) fn abort_again(&self) -> bool {
        // Partner of the full order of the change that began the abort.
        let state = State::from_bits(self.state.load(Acquire));
        let (before, now) = (self.asked.load(Relaxed), now());
        if state.phase() != State::ABORTED
            || !host_exchange::may_ask_again(now.wrapping_sub(before), abi::HZ)
        {
            return false;
        }
        // Of two who come here one asks; and nobody if it has come back.
        if self.asked.cmpxchg(before, now, Full).is_err() || self.on(Event::AbortAgain).is_err() {
            return false;
        }
        self.call_abort();
        true
    }

    /// Calls `fcp_abort`, for who won the right to.
    fn call_abort(&self) {
        // SAFETY: It was with the LLDD when the event was won; the caller's
        // reference to the request keeps it from being used for another
        // exchange, and the end of the association waits for the caller.
        unsafe { self.queue().link().abort(self.fcp.get()) };
    }
}

/// The low half of jiffies.
fn now() -> u32 {
    // CAST: Differences of less than days are looked at.
    jiffies() as u32
}

/// The LLDD's memory behind an exchange: null if it wants none.
///
/// # Safety
///
/// The exchange is followed by `size` bytes that are the LLDD's.
pub(crate) unsafe fn private_tail(exchange: *mut Exchange, size: u32) -> *mut c_void {
    if size == 0 {
        ptr::null_mut()
    } else {
        // SAFETY: Those bytes follow the exchange.
        unsafe { exchange.add(1).cast() }
    }
}
