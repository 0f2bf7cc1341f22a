// SPDX-License-Identifier: GPL-2.0

//! Disconnect Association, sent to hosts.
//!
//! Nobody waits for the answer. One that does not come in time is aborted, and
//! what does not end when it is aborted is given up: then host port and target
//! port are free of it, and only its memory is kept for a late `done`.
//!
//! A port that goes waits for that only if it has a device: hardware may write
//! the buffers until the abort is over, so they stay mapped for as long. Without
//! a device there is nothing but memory, which is kept anyhow.

#[allow(unsafe_code, reason = "calls LLDDs")]
mod patience;
#[allow(unsafe_code, reason = "initialises a static")]
pub(crate) mod sent;

use core::{
    cell::UnsafeCell,
    mem,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    container_of,
    impl_has_work,
    new_mutex,
    new_work,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        Arc,
        Mutex, //
    },
    types::Opaque,
    workqueue::{
        impl_has_delayed_work,
        new_delayed_work,
        DelayedWork,
        Work, //
    }, //
};
use zerocopy::FromZeros;

use crate::{
    abi,
    port::{
        core::{
            Hold,
            PortCore, //
        },
        host::HostRef,
        share::Sending, //
    },
    shared::{
        fc::private_area::PrivateArea,
        proto::{
            ids::AssociationId,
            ls::request,
            wire::{
                DisconnectAssociationRequest,
                RejectPayload,
                LS_TIMEOUT_SECONDS, //
            }, //
        },
        support::{
            dma::{
                Direction,
                SingleMapping, //
            },
            ratelimit::ratelimited, //
        }, //
    }, //
};

/// When one is aborted, milliseconds after it was sent: a little more than the
/// LLDD was told to give it.
const PATIENCE_MSECS: u32 = (LS_TIMEOUT_SECONDS + 2) * 1_000;
/// Work item that aborts one that is not answered.
const PATIENCE_WORK: u64 = 0;
/// Work item that shortens the time until then.
const HURRY_WORK: u64 = 1;
/// Work item that cleans up after `done`.
const RELEASE_WORK: u64 = 2;

/// What goes over the wire.
#[repr(C)]
struct Payload {
    /// The request.
    request: DisconnectAssociationRequest,
    /// Room for an accept or a reject.
    response: [u8; mem::size_of::<RejectPayload>()],
}

/// How far one is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The LLDD does not have it yet.
    New,
    /// The LLDD has it.
    Sent,
    /// The LLDD was asked to end it.
    Aborted,
}

/// What is in use until the link service ends or is given up.
struct Users {
    /// The buffers' mapping.
    _mapping: SingleMapping,
    /// The host port that it goes to.
    host: HostRef,
    /// It in the host's account.
    _sending: Sending,
    /// The target port.
    port: Hold,
    /// How far it is.
    progress: Progress,
}

impl Users {
    /// Whether the target port can go without it: it is unregistered, and has no
    /// device that may write the buffers.
    fn may_leave(&self) -> bool {
        // Pairs with the exchange in `unregister`, by way of the list's lock: see
        // `give`.
        self.port.unregistered.load(Relaxed) && self.port.device().as_raw().is_null()
    }
}

/// A Disconnect Association that was sent. The LLDD has one reference, made by
/// [`Arc::into_raw`], from `ls_req` until `done`.
#[pin_data]
pub(crate) struct SentDisconnect {
    /// What the LLDD sees.
    request: Opaque<abi::nvmefc_ls_req>,
    /// The buffers; stay where they are.
    _payload: KBox<UnsafeCell<Payload>>,
    /// The LLDD's memory.
    _private: PrivateArea,
    /// The target port, for comparison alone.
    port: *const PortCore,
    /// Number of the association, for log lines.
    number: u32,
    /// Taken when it ends, or is given up. Held while the LLDD is called.
    #[pin]
    users: Mutex<Option<Users>>,
    /// The LLDD called `done`.
    done: Atomic<bool>,
    /// It was given up.
    lost: Atomic<bool>,
    /// The end of patience.
    #[pin]
    patience_work: DelayedWork<Self, { PATIENCE_WORK }>,
    /// Shortens it.
    #[pin]
    hurry_work: Work<Self, { HURRY_WORK }>,
    /// Cleans up after `done`, whose context may be any.
    #[pin]
    release_work: Work<Self, { RELEASE_WORK }>,
}

// SAFETY: What the LLDD writes is not read before it is done, and the target
// port's address is not followed.
unsafe impl Send for SentDisconnect {}
// SAFETY: What the LLDD writes is not read before it is done, and the rest is atomic
// or under a lock.
unsafe impl Sync for SentDisconnect {}

impl_has_work! {
    impl HasWork<Self, { HURRY_WORK }> for SentDisconnect { self.hurry_work }
    impl HasWork<Self, { RELEASE_WORK }> for SentDisconnect { self.release_work }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, { PATIENCE_WORK }> for SentDisconnect { self.patience_work }
}

impl SentDisconnect {
    /// Prepares one. Context: may sleep.
    fn new(port: &Hold, host: HostRef, id: AssociationId, number: u32) -> Result<Arc<Self>> {
        let sending = Sending::new(port, host.handle()).ok_or(EBUSY)?;
        let payload = KBox::new(
            UnsafeCell::new(Payload {
                request: DisconnectAssociationRequest::new_zeroed(),
                response: [0; mem::size_of::<RejectPayload>()],
            }),
            GFP_KERNEL,
        )?;
        let buffers = payload.get();
        // SAFETY: Nobody else knows the buffers yet.
        request::disconnect_association(unsafe { &mut (*buffers).request }, id);
        // SAFETY: The buffers are in a box of their own that lives as long as
        // the object, in which the mapping is dropped first.
        let mapping = unsafe {
            SingleMapping::new(
                port.device(),
                buffers.cast(),
                mem::size_of::<Payload>(),
                Direction::Bidirectional,
            )?
        };
        let private = PrivateArea::new(port.lldd.template().ls_private)?;
        let response_at = mem::offset_of!(Payload, response);
        let dma = mapping.address();
        let response_dma = if port.device().as_raw().is_null() {
            0
        } else {
            // CAST: An offset of a few bytes.
            dma.wrapping_add(response_at as abi::dma_addr_t)
        };
        let request = abi::nvmefc_ls_req {
            rqstaddr: buffers.cast(),
            rqstdma: dma,
            // CAST: Both are a few bytes.
            rqstlen: mem::size_of::<DisconnectAssociationRequest>() as u32,
            rspaddr: buffers.cast::<u8>().wrapping_add(response_at).cast(),
            rspdma: response_dma,
            rsplen: mem::size_of::<RejectPayload>() as u32,
            timeout: LS_TIMEOUT_SECONDS,
            private: private.as_ptr(),
            done: Some(Self::done),
        };
        let users = Users {
            _mapping: mapping,
            host,
            _sending: sending,
            port: port.clone(),
            progress: Progress::New,
        };
        Arc::pin_init(
            pin_init!(Self {
                request: Opaque::new(request),
                _payload: payload,
                _private: private,
                port: ptr::from_ref::<PortCore>(port),
                number,
                users <- new_mutex!(Some(users), "nvmet_fc::sent_ls"),
                done: Atomic::new(false),
                lost: Atomic::new(false),
                patience_work <- new_delayed_work!("nvmet_fc::patience"),
                hurry_work <- new_work!("nvmet_fc::hurry"),
                release_work <- new_work!("nvmet_fc::sent_ls"),
            }),
            GFP_KERNEL,
        )
    }

    /// It ended, well or not. Context: any.
    ///
    /// # Safety
    ///
    /// `request` is one that was given to `ls_req`; this is called once.
    unsafe extern "C" fn done(request: *mut abi::nvmefc_ls_req, _status: c_int) {
        if let Some(request) = NonNull::new(request) {
            // SAFETY: By this function's contract.
            match unsafe { Self::from_done(request) } {
                Some(sent) => sent.queue_release(),
                None => ratelimited!(pr_warn!("LLDD: done for a link service that was done\n")),
            }
        }
    }

    /// The object of a request that an LLDD is done with; `None` if it was done
    /// with it before.
    ///
    /// # Safety
    ///
    /// `request` was given to `ls_req`, and the LLDD uses it no more.
    unsafe fn from_done(request: NonNull<abi::nvmefc_ls_req>) -> Option<Arc<Self>> {
        // SAFETY: The request is that field of such an object.
        let this = unsafe { container_of!(Opaque::cast_from(request.as_ptr()), Self, request) };
        // Full: what the LLDD wrote before comes before what the release work does.
        // Those who only look, without an ordering, leave the request alone then.
        // SAFETY: The LLDD's reference keeps it alive until this call.
        if unsafe { (*this).done.xchg(true, Full) } {
            return None;
        }
        // SAFETY: The LLDD's reference, which it gives back by this call.
        Some(unsafe { Arc::from_raw(this) })
    }

    /// Whether it is one of this target port's, which then exists.
    pub(crate) fn is_of(&self, port: &PortCore) -> bool {
        ptr::eq(self.port, port) && !self.is_lost()
    }

    /// Whether it was given up.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }

    /// Gives it to the LLDD. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENODEV`, or the LLDD's.
    fn give(self: &Arc<Self>) -> Result {
        let mut guard = self.users.lock();
        let users = (*guard).as_mut().ok_or(ENODEV)?;
        self.arm(PATIENCE_MSECS);
        // The LLDD's reference.
        let raw = self.clone().into_raw();
        // SAFETY: The host port is in use; the object lives until `done`.
        let outcome = unsafe {
            users
                .port
                .lldd
                .ls_req(users.host.handle(), self.request.get())
        };
        users.progress = Progress::Sent;
        if outcome.is_err() {
            // SAFETY: `done` will not come, so the reference is ours again.
            drop(unsafe { Arc::from_raw(raw) });
        } else if users.port.unregistered.load(Relaxed) {
            // Perhaps too late for `hurry_all`. It sets the flag before it takes
            // the list's lock, and this was in the list before: one of the two
            // sees the other.
            self.clone().queue_hurry();
        }
        outcome
    }
}
