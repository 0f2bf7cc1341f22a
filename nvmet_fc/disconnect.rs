// SPDX-License-Identifier: GPL-2.0

//! Disconnect Association, sent to hosts.

use core::{
    cell::UnsafeCell,
    mem,
    ptr::NonNull, //
};

use kernel::{
    alloc::KVec,
    container_of,
    new_spinlock_irq,
    new_work,
    prelude::*,
    sync::{
        Arc,
        SpinLockIrq, //
    },
    time::msecs_to_jiffies,
    types::Opaque,
    workqueue::Work, //
};
use zerocopy::FromZeros;

use crate::{
    abi,
    association::Association,
    globals::ABANDONED,
    hold::Hold,
    hostport::HostRef,
    shared::{
        dma::{
            Direction,
            SingleMapping, //
        },
        private_area::PrivateArea,
        proto::{
            ls_request,
            wire::{
                DisconnectAssociationRequest,
                RejectPayload,
                LS_TIMEOUT_SECONDS, //
            }, //
        },
        ratelimit::{
            jiffies,
            ratelimited, //
        },
        sync::Completion, //
    },
    tgtport::TargetPort,
    work_items, //
};

/// How long an aborted link service may take to end, milliseconds.
const ABORT_WAIT_MSECS: u32 = 2_000;

/// What goes over the wire.
#[repr(C)]
struct Payload {
    /// The request.
    request: DisconnectAssociationRequest,
    /// Room for an accept or a reject.
    response: [u8; mem::size_of::<RejectPayload>()],
}

/// What ends when the link service does.
struct Users {
    /// The buffers' mapping.
    _mapping: SingleMapping,
    /// The host port that it goes to.
    host: HostRef,
    /// The target port.
    port: Hold,
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
    /// Taken when it ends, or is given up.
    #[pin]
    users: SpinLockIrq<Option<Users>>,
    /// It ended.
    #[pin]
    ended: Completion,
    /// Cleans up after `done`, whose context may be any.
    #[pin]
    pub(crate) release_work: Work<Self, { work_items::RELEASE }>,
}

// SAFETY: What the LLDD writes is not read before it is done.
unsafe impl Send for SentDisconnect {}
// SAFETY: As above.
unsafe impl Sync for SentDisconnect {}

/// Those of a target port.
pub(crate) struct SentList(KVec<Arc<SentDisconnect>>);

impl SentList {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(KVec::new())
    }
}

/// Those that LLDDs did not end although they were aborted and their port is
/// gone. They are kept until the module goes, as long as an LLDD may still
/// write to them; the LLDD's reference is among those kept.
pub(crate) struct Abandoned(KVec<Arc<SentDisconnect>>);

impl Abandoned {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(KVec::new())
    }
}

impl SentDisconnect {
    /// Prepares one. Context: may sleep.
    fn new(association: &Association, host: HostRef) -> Result<Arc<Self>> {
        let port = association.port();
        let payload = KBox::new(
            UnsafeCell::new(Payload {
                request: DisconnectAssociationRequest::new_zeroed(),
                response: [0; mem::size_of::<RejectPayload>()],
            }),
            GFP_KERNEL,
        )?;
        let buffers = payload.get();
        // SAFETY: Nobody else knows the buffers yet.
        ls_request::disconnect_association(unsafe { &mut (*buffers).request }, association.id());
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
        let private = PrivateArea::new(port.template.ls_private)?;
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
            done: Some(crate::lldd_api::ls_request_done),
        };
        let users = Users {
            _mapping: mapping,
            host,
            port: port.clone(),
        };
        Arc::pin_init(
            pin_init!(Self {
                request: Opaque::new(request),
                _payload: payload,
                _private: private,
                users <- new_spinlock_irq!(Some(users), "nvmet_fc::sent_ls"),
                ended <- Completion::new(),
                release_work <- new_work!("nvmet_fc::sent_ls"),
            }),
            GFP_KERNEL,
        )
    }

    /// The object of a request that an LLDD is done with.
    ///
    /// # Safety
    ///
    /// `request` was given to `ls_req`, and its `done` is called for the only
    /// time.
    pub(crate) unsafe fn from_done(request: NonNull<abi::nvmefc_ls_req>) -> Arc<Self> {
        // SAFETY: The request is that field of such an object.
        let this = unsafe { container_of!(Opaque::cast_from(request.as_ptr()), Self, request) };
        // SAFETY: The LLDD's reference, which it gives back by this call.
        unsafe { Arc::from_raw(this) }
    }

    /// Cleans up. Context: may sleep.
    pub(crate) fn over(self: Arc<Self>) {
        let users = self.users.lock().take();
        match users {
            Some(users) => {
                forget(&users.port, &self);
                self.ended.complete_all();
                drop(users);
            }
            None => ABANDONED
                .lock()
                .0
                .retain(|other| !Arc::ptr_eq(other, &self)),
        }
    }

    /// Gives it to the LLDD. Context: may sleep.
    fn send(self: &Arc<Self>, port: &TargetPort, host: &HostRef) -> Result {
        // The LLDD's reference.
        let raw = self.clone().into_raw();
        // SAFETY: The host port is in use; the object lives until `done`.
        let outcome = unsafe { port.lldd_ls_req(host.handle(), self.request.get()) };
        if outcome.is_err() {
            // SAFETY: `done` will not come, so the reference is ours again.
            drop(unsafe { Arc::from_raw(raw) });
        }
        outcome
    }

    /// Asks the LLDD to end it early. Context: may sleep.
    fn abort(&self) {
        let users = self
            .users
            .lock()
            .as_ref()
            .map(|users| (users.port.clone(), users.host.clone()));
        if let Some((port, host)) = users {
            // SAFETY: `host` keeps the handle from being released meanwhile.
            unsafe { port.lldd_ls_abort(host.handle(), self.request.get()) };
        }
    }
}

/// Takes one out of its port's list.
fn forget(port: &TargetPort, sent: &Arc<SentDisconnect>) {
    port.sent.lock().0.retain(|other| !Arc::ptr_eq(other, sent));
}

/// Tells the host that its association is over, if the LLDD can, and the host
/// is there. Nobody waits for the answer. Context: may sleep.
pub(crate) fn send(association: &Association) {
    let port = association.port();
    let Some(host) = association.host().filter(|host| !host.is_invalid()) else {
        return;
    };
    if !port.template.sends_ls() {
        return;
    }
    let sent = match SentDisconnect::new(association, host.clone()) {
        Ok(sent) => sent,
        Err(_) => {
            ratelimited!(pr_info!(
                "{{{}:{}}}: send Disconnect Association failed: ENOMEM\n",
                port.number,
                association.number()
            ));
            return;
        }
    };
    let listed = port.sent.lock().0.push(sent.clone(), GFP_KERNEL);
    let outcome = listed
        .map_err(Error::from)
        .and_then(|()| sent.send(port, host));
    if let Err(error) = outcome {
        forget(port, &sent);
        let users = sent.users.lock().take();
        drop(users);
        ratelimited!(pr_info!(
            "{{{}:{}}}: XMT Disconnect Association failed: {}\n",
            port.number,
            association.number(),
            error.to_errno()
        ));
    }
}

/// The port goes: aborts what was sent, waits a little, and then lets go of it.
/// Context: may sleep.
pub(crate) fn abandon_all(port: &TargetPort) {
    let take = |nth: usize| port.sent.lock().0.get(nth).cloned();
    let mut nth = 0;
    while let Some(sent) = take(nth) {
        sent.abort();
        nth += 1;
    }
    // CAST: A small number of jiffies.
    let end = jiffies().wrapping_add(msecs_to_jiffies(ABORT_WAIT_MSECS) as u64);
    while let Some(sent) = take(0) {
        let left = end.saturating_sub(jiffies());
        if left == 0 || !sent.ended.wait_timeout(left as usize) {
            abandon(port, sent);
        } else {
            forget(port, &sent);
        }
    }
}

/// Lets go of one that does not end: port and host port are free of it, but the
/// memory is kept for a `done` that comes after all.
fn abandon(port: &TargetPort, sent: Arc<SentDisconnect>) {
    forget(port, &sent);
    // Held over both, so that `done` finds it in the list, or with its users.
    let mut abandoned = ABANDONED.lock();
    let Some(users) = sent.users.lock().take() else {
        return;
    };
    // Without memory for the list, the LLDD's reference keeps the object.
    let _ = abandoned.0.push(sent, GFP_KERNEL);
    drop(abandoned);
    pr_debug!(
        "{{{}}}: a Disconnect Association never ended\n",
        port.number
    );
    drop(users);
}

/// The module goes, and all LLDDs have gone before. Context: may sleep.
pub(crate) fn bury_all() {
    let all = core::mem::replace(&mut *ABANDONED.lock(), Abandoned::new());
    for sent in all.0 {
        let raw = Arc::as_ptr(&sent);
        // SAFETY: The LLDD's reference. `done` did not come, or the object were
        // not in the list, and cannot come any more.
        drop(unsafe { Arc::from_raw(raw) });
    }
}

/// Has one cleaned up whose `done` was called. Context: any.
pub(crate) fn ended(sent: Arc<SentDisconnect>) {
    work_items::queue_sent(sent);
}
