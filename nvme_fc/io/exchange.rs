// SPDX-License-Identifier: GPL-2.0

//! One FCP exchange: a request's private memory, or an asynchronous event's.
//!
//! The struct begins with the `struct nvme_request` that the NVMe core expects
//! in front of every request's private memory, and is followed by the LLDD's
//! private bytes. Where it is says its [`ExchangeState`].
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    cell::UnsafeCell,
    ffi::c_void,
    mem::{
        offset_of,
        size_of, //
    },
    ptr::NonNull, //
};

use kernel::{
    container_of,
    prelude::*,
    types::Opaque, //
};

#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
use crate::shared::{
    fc::host_exports::LlddExchange,
    support::cgroup, //
};
use crate::{
    abi,
    io::{
        connection::{
            Connection,
            QueueOwner, //
        },
        exchange_state::ExchangeState, //
    },
    nvme::request::{
        NvmeRequest,
        RequestData, //
    },
    shared::{
        fc::iu_memory::{
            Place,
            ResponseBuffer, //
        },
        proto::{
            command::{
                cmd_iu::{
                    self,
                    Category, //
                }, //
            },
            life::host_exchange::{
                Action,
                Event, //
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
    },
    trace::{
        self,
        AbortReason, //
    }, //
};

/// What is to be done with exchanges that an LLDD gives back.
pub(crate) trait OnDone<O> {
    /// The LLDD gives an exchange back. Context: any.
    fn done(exchange: &Exchange<O>);
}

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
/// Initialised by [`Exchange::new`] and at a fixed address since. `connection`
/// outlives every use of it. While the state is neither idle nor complete, the LLDD may read
/// and write `fcp`, `command`, `response` and the data.
#[repr(C)]
pub(crate) struct Exchange<O> {
    /// The NVMe core's part, which must come first.
    nvme: NvmeRequest,
    /// What the LLDD sees.
    fcp: Opaque<abi::nvmefc_fcp_req>,
    /// See the module's documentation.
    state: ExchangeState,
    /// Scatterlist elements in use before DMA mapping merged any.
    pub(crate) elements: Word<c_int>,
    /// The connection of its queue.
    connection: NonNull<Connection<O>>,
    /// The request around it; null for an asynchronous event.
    request: *mut abi::request,
    /// What is sent.
    pub(crate) command: CommandBuffer,
    /// Where the LLDD puts what comes back: `response`, or memory of the port's
    /// device. It changes while the exchange is idle.
    pub(super) reply: UnsafeCell<NonNull<ResponseBuffer>>,
    /// What comes back, if the port has no device.
    response: ResponseBuffer,
    /// The first scatterlist elements.
    pub(crate) inline: Opaque<[abi::scatterlist; INLINE_SEGMENTS]>,
    /// Its place on the queue's list.
    links: Links<Self>,
}

// SAFETY: The raw pointers outlive the exchange, by the type's invariant.
unsafe impl<O: QueueOwner> Send for Exchange<O> {}
// SAFETY: The state says who may touch the rest.
unsafe impl<O: QueueOwner> Sync for Exchange<O> {}
// SAFETY: `nvme` is the first field of a C struct.
unsafe impl<O: QueueOwner> RequestData for Exchange<O> {
    fn nvme(&self) -> &NvmeRequest {
        &self.nvme
    }
}

// SAFETY: `links` is a field.
unsafe impl<O> Linked for Exchange<O> {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl<O: QueueOwner> Exchange<O> {
    /// Makes an exchange, idle and not mapped, which `D` gets when an LLDD gives it
    /// back.
    ///
    /// # Safety
    ///
    /// It is used as an exchange of `connection` alone, and not after that is gone.
    /// `private` is the LLDD's memory for it. `request` is the request that it is
    /// behind, or null, and then its command is not the NVMe core's to write.
    pub(crate) unsafe fn new<D: OnDone<O>>(
        connection: NonNull<Connection<O>>,
        request: *mut abi::request,
        private: *mut c_void,
        category: Category,
    ) -> impl PinInit<Self, Error> {
        let make = move |slot: *mut Self| {
            let mut command = zerocopy::FromZeros::new_zeroed();
            cmd_iu::initialise(&mut command, category);
            let this = Self {
                nvme: NvmeRequest::zeroed(),
                fcp: Opaque::zeroed(),
                state: ExchangeState::new(),
                elements: Word::new(0),
                connection,
                request,
                command: CommandBuffer(UnsafeCell::new(command)),
                reply: UnsafeCell::new(NonNull::dangling()),
                response: ResponseBuffer::zeroed(),
                inline: Opaque::zeroed(),
                links: Links::new(),
            };
            // SAFETY: Memory for an exchange.
            unsafe { slot.write(this) };
            // SAFETY: Just written.
            unsafe { &*slot }.point_at_itself(private, Self::done::<D>);
            Ok(())
        };
        // SAFETY: It writes the whole of it.
        unsafe { pin_init::pin_init_from_closure(make) }
    }

    /// Has the C structs point at the exchange. Context: nobody else knows it.
    fn point_at_itself(
        &self,
        private: *mut c_void,
        done: unsafe extern "C" fn(*mut abi::nvmefc_fcp_req),
    ) {
        let request = abi::nvmefc_fcp_req {
            cmdaddr: self.command.0.get().cast(),
            // CAST: Both are small.
            cmdlen: size_of::<CommandIu>() as u16,
            rsplen: size_of::<ExtendedResponseIu>() as u16,
            first_sgl: self.inline.get().cast(),
            done: Some(done),
            private,
            sqid: self.connection().index().to_le(),
            ..pin_init::zeroed()
        };
        // SAFETY: Nobody else knows the exchange.
        unsafe { self.fcp.get().write(request) };
        // SAFETY: Nobody else knows the exchange.
        unsafe { self.reply_to(None) };
        if !self.request.is_null() {
            let command = self.command.0.get();
            let entry = command.wrapping_byte_add(offset_of!(CommandIu, sqe));
            // SAFETY: The entry is as large and as aligned as the NVMe core's.
            unsafe { self.nvme.point_at(entry, self.connection().nvme()) };
        }
    }

    /// The LLDD gives an exchange back.
    ///
    /// # Safety
    ///
    /// Called by the LLDD for an exchange that its `fcp_io` took. Context: any.
    unsafe extern "C" fn done<D: OnDone<O>>(request: *mut abi::nvmefc_fcp_req) {
        // SAFETY: An exchange of ours, valid until it is released.
        D::done(unsafe { Self::from_fcp(request) });
    }

    /// The exchange that an LLDD knows by `fcp`.
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

    /// The exchange that an LLDD asks about.
    #[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
    pub(super) fn of_lldd(exchange: &LlddExchange) -> &Self {
        // SAFETY: Ours, and with the LLDD, by the type's invariant.
        unsafe { Self::from_fcp(exchange.as_raw()) }
    }

    /// The name of its I/O; null for none. Context: any; the exchange is with the
    /// LLDD.
    #[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
    pub(super) fn appid(&self) -> *mut c_char {
        if self.request.is_null() {
            return core::ptr::null_mut();
        }
        // SAFETY: With the LLDD, so the request is started.
        unsafe { cgroup::fc_appid(self.request) }
    }

    /// What the LLDD sees.
    #[inline(always)]
    pub(crate) fn fcp(&self) -> *mut abi::nvmefc_fcp_req {
        self.fcp.get()
    }

    /// The request around it; null for an asynchronous event.
    #[inline(always)]
    pub(crate) fn request(&self) -> *mut abi::request {
        self.request
    }

    /// The connection of its queue.
    #[inline(always)]
    pub(crate) fn connection(&self) -> &Connection<O> {
        // SAFETY: It outlives every use of the exchange, by the type's invariant.
        unsafe { self.connection.as_ref() }
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

    /// The command as it was sent; for log lines about one in flight.
    pub(crate) fn command(&self) -> CommandIu {
        // SAFETY: Nobody writes it while it is in flight; one that is not may
        // read half old, half new, and is plain data.
        unsafe { self.command.0.get().read_volatile() }
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

    /// Where it is.
    #[inline(always)]
    pub(crate) fn state(&self) -> &ExchangeState {
        &self.state
    }

    /// Asks the LLDD for the end of the exchange if `event` (an abort or a
    /// termination) wins; says whether it did. Context: may sleep; the end of
    /// the association waits for the caller, who keeps the request, or the
    /// event, from being used for another exchange.
    pub(crate) fn abort(&self, event: Event) -> bool {
        self.as_abort_call(|| match self.state.abort(event, now()) {
            Ok(Action::CallAbort) => {
                self.connection().ctrl().count_abort();
                self.call_abort(match event {
                    Event::Terminate => AbortReason::Teardown,
                    _ => AbortReason::Timeout,
                });
                true
            }
            Ok(_) => true,
            Err(_) => false,
        })
    }

    /// Asks the LLDD once more for the end of an exchange that it was asked for
    /// long ago: some drop an abort without a word when it comes at a bad time.
    /// Says whether it was asked. Context: as for [`Exchange::abort`].
    pub(crate) fn abort_again(&self) -> bool {
        let Some(overdue) = self.state.overdue(now) else {
            return false;
        };
        self.as_abort_call(|| {
            let asks = self.state.abort_again(overdue);
            if asks {
                self.call_abort(AbortReason::Again);
            }
            asks
        })
    }

    /// Runs what may call `fcp_abort`, counted among those who are in there.
    fn as_abort_call(&self, ask: impl FnOnce() -> bool) -> bool {
        let ctrl = self.connection().ctrl();
        let call = ctrl.abort_calls().begin();
        let asked = ask();
        drop(call);
        // The association may end from here on, but the controller stays: del_gendisk()
        // and blk_mq_destroy_queue() wait for the timeout handlers of their queue, and
        // the other callers have a reference.
        ctrl.exchange_over();
        asked
    }

    /// The command, in events. Context: as for [`Exchange::command`].
    pub(crate) fn identified(&self) -> trace::Command {
        let entry = self.command().sqe;
        trace::Command {
            qid: self.connection().index(),
            cmdid: u16::from_le_bytes(entry.command_id),
            opcode: entry.opcode,
        }
    }

    /// Calls `fcp_abort`, for who won the right to.
    fn call_abort(&self, why: AbortReason) {
        trace::abort(|| {
            let command = self.identified();
            trace::Abort {
                controller: self.connection().nvme().instance(),
                qid: command.qid,
                cmdid: command.cmdid,
                opcode: command.opcode,
                why: why as u8,
            }
        });
        // SAFETY: It was with the LLDD when the event was won; the caller's
        // reference to the request keeps it from being used for another
        // exchange, and the end of the association waits for the caller.
        unsafe { self.connection().link().abort(self.fcp.get()) };
    }
}

/// The low half of jiffies.
fn now() -> u32 {
    // CAST: Differences of less than days are looked at.
    jiffies() as u32
}
