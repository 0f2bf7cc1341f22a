// SPDX-License-Identifier: GPL-2.0

//! Received link services, from the LLDD's call to its `done`.

use core::{
    cell::UnsafeCell,
    mem::ManuallyDrop,
    ptr::NonNull, //
};

use kernel::{
    alloc::KVVec,
    prelude::*, //
};

use crate::{
    abi,
    hold::Hold,
    hostport::{
        HostHandle,
        HostRef, //
    },
    mapped::MappedArray,
    ring::Ring,
    shared::{
        proto::{
            ls_response::LsResponse,
            wire::LS_RESPONSE_MAX, //
        }, //
    },
    template::LsResponsePtr,
    tgtport::TargetPort,
    work_items, //
};

/// Link services that a target port takes at a time.
pub(crate) const CONTEXTS: usize = 256;
/// Longest request, bytes.
pub(crate) const REQUEST_MAX: usize = 1024;

/// One link service.
struct Received {
    /// The request's bytes.
    request: [u8; REQUEST_MAX],
    /// How many of them came.
    length: usize,
    /// Who sent it.
    host: Option<HostRef>,
    /// The target port, while in use.
    port: Option<Hold>,
    /// What the LLDD wants back.
    lsrsp: LsResponsePtr,
}

/// The memory of one.
///
/// # Invariants
///
/// `received` belongs to the one who has the [`ReceivedLs`], or to nobody if
/// the context is in the free list.
struct Context {
    /// Which one it is.
    index: u16,
    /// The link service.
    received: UnsafeCell<Received>,
}

/// All of a target port's.
pub(crate) struct LsContexts {
    /// The contexts.
    contexts: KVVec<Context>,
}

/// Their responses.
pub(crate) type LsResponses = MappedArray<[u8; LS_RESPONSE_MAX]>;

// SAFETY: The contexts have one owner each, by their invariant.
unsafe impl Send for LsContexts {}
// SAFETY: As above.
unsafe impl Sync for LsContexts {}

/// Which contexts are free, and which wait. Under the port's lock.
pub(crate) struct LsList {
    /// Free ones.
    free: KVVec<u16>,
    /// Accepted ones, in order.
    waiting: Ring<u16>,
}

impl LsContexts {
    /// Allocates all. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Self> {
        let mut contexts = KVVec::with_capacity(CONTEXTS, GFP_KERNEL)?;
        for index in 0..CONTEXTS {
            contexts.push(
                Context {
                    // CAST: There are 256.
                    index: index as u16,
                    received: UnsafeCell::new(Received {
                        request: [0; REQUEST_MAX],
                        length: 0,
                        host: None,
                        port: None,
                        lsrsp: core::ptr::null_mut(),
                    }),
                },
                GFP_KERNEL,
            )?;
        }
        Ok(Self { contexts })
    }
}

impl LsList {
    /// All free. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Self> {
        let mut free = KVVec::with_capacity(CONTEXTS, GFP_KERNEL)?;
        for index in 0..CONTEXTS {
            // CAST: There are 256.
            free.push(index as u16, GFP_KERNEL)?;
        }
        Ok(Self {
            free,
            waiting: Ring::new(CONTEXTS)?,
        })
    }
}

/// A link service that was accepted and must be answered.
///
/// # Invariants
///
/// The context is this value's alone, and its `port` is there, so that the
/// memory is alive.
pub(crate) struct ReceivedLs(NonNull<Context>);

// SAFETY: The owner may be any thread.
unsafe impl Send for ReceivedLs {}

impl ReceivedLs {
    /// Accepts a link service: takes its bytes over, and has it processed.
    /// Context: any.
    ///
    /// # Errors
    ///
    /// `E2BIG`: longer than any. `ENOENT`: no context. Then nothing was kept.
    ///
    /// # Safety
    ///
    /// `lsrsp` is a link service that the LLDD offers on `port`.
    pub(crate) unsafe fn accept(
        port: Hold,
        host: Option<HostHandle>,
        lsrsp: LsResponsePtr,
        request: &[u8],
    ) -> Result {
        if request.len() > REQUEST_MAX {
            return Err(E2BIG);
        }
        let mut list = port.ls_list.lock();
        let index = list.free.pop().ok_or(ENOENT)?;
        drop(list);
        let Some(context) = port.ls_contexts.contexts.get(usize::from(index)) else {
            return Err(ENOENT);
        };
        let host = match host.map(|host| HostRef::new(&port, host)).transpose() {
            Ok(host) => host,
            Err(_) => {
                let _ = port.ls_list.lock().free.push_within_capacity(index);
                return Err(ENOENT);
            }
        };
        // SAFETY: The context was free, and was taken under the lock.
        let received = unsafe { &mut *context.received.get() };
        if let Some(room) = received.request.get_mut(..request.len()) {
            room.copy_from_slice(request);
        }
        received.length = request.len();
        received.host = host;
        received.lsrsp = lsrsp;
        received.port = Some(port.clone());
        // There is room for all.
        let _ = port.ls_list.lock().waiting.push(index);
        work_items::queue_ls(port.arc());
        Ok(())
    }

    /// The oldest one that waits. Context: any.
    pub(crate) fn next(port: &TargetPort) -> Option<Self> {
        let index = port.ls_list.lock().waiting.pop()?;
        let context = port.ls_contexts.contexts.get(usize::from(index))?;
        // INVARIANT: Out of the list, so nobody else's; `accept` put the port
        // in.
        Some(Self(NonNull::from(context)))
    }

    /// The context.
    fn context(&self) -> &Context {
        // SAFETY: By the invariant it is alive.
        unsafe { self.0.as_ref() }
    }

    /// What came.
    fn received(&self) -> &Received {
        // SAFETY: By the invariant nobody else touches it.
        unsafe { &*self.context().received.get() }
    }

    /// As [`ReceivedLs::received`], to change.
    fn received_mut(&mut self) -> &mut Received {
        // SAFETY: By the invariant nobody else touches it.
        unsafe { &mut *self.context().received.get() }
    }

    /// The request's bytes.
    pub(crate) fn request(&self) -> &[u8] {
        let received = self.received();
        received.request.get(..received.length).unwrap_or_default()
    }

    /// Who sent it, if the LLDD names hosts.
    pub(crate) fn host(&self) -> Option<&HostRef> {
        self.received().host.as_ref()
    }

    /// Answers it. Context: may sleep.
    pub(crate) fn answer(mut self, response: &LsResponse) {
        // Not needed any more, and `host_release` may follow.
        drop(self.received_mut().host.take());
        let Some(port) = self.received().port.clone() else {
            return;
        };
        let index = usize::from(self.context().index);
        let guard = port.ls_responses.lock();
        // They are there as long as the port has users, of which this is one.
        let Some(responses) = guard.as_ref() else {
            return;
        };
        // SAFETY: There are as many responses as contexts, and this one is the
        // owner's.
        let length = response.write(unsafe { &mut *responses.get(index) });
        responses.sync_for_device(index);
        let lsrsp = self.received().lsrsp;
        // SAFETY: The LLDD's link service was accepted and not answered yet.
        unsafe {
            (*lsrsp).rspbuf = responses.get(index).cast();
            (*lsrsp).rspdma = responses.address(index);
            (*lsrsp).rsplen = length;
            (*lsrsp).done = Some(crate::lldd_api::ls_response_done);
            (*lsrsp).nvme_fc_private = self.0.as_ptr().cast();
        }
        drop(guard);
        let this = ManuallyDrop::new(self);
        // SAFETY: Accepted, and answered here for the only time. The context is
        // the LLDD's during the call.
        if unsafe { port.lldd_xmt_ls_rsp(lsrsp) }.is_err() {
            // `done` will not come, and the LLDD's memory may be gone.
            drop(ManuallyDrop::into_inner(this));
        }
    }

    /// The link service that an LLDD is done with.
    ///
    /// # Safety
    ///
    /// `lsrsp` is one that [`ReceivedLs::answer`] gave to the LLDD, whose
    /// `done` is called for the only time.
    pub(crate) unsafe fn from_done(lsrsp: NonNull<abi::nvmefc_ls_rsp>) -> Option<Self> {
        // SAFETY: The LLDD's memory is valid during `done`.
        let private = unsafe { (*lsrsp.as_ptr()).nvme_fc_private };
        // INVARIANT: The LLDD had it, and has it no more.
        NonNull::new(private).map(|context| Self(context.cast()))
    }
}

impl Drop for ReceivedLs {
    /// Gives the context back. Context: any, if there is no host any more.
    fn drop(&mut self) {
        let index = self.context().index;
        let received = self.received_mut();
        drop(received.host.take());
        if let Some(port) = received.port.take() {
            // There is room: the context came from there.
            let _ = port.ls_list.lock().free.push_within_capacity(index);
        }
    }
}
