// SPDX-License-Identifier: GPL-2.0

//! Received link services, from the LLDD's call to its `done`.

use core::{
    cell::UnsafeCell,
    ffi::c_void,
    mem::ManuallyDrop,
    ptr::NonNull, //
};

use kernel::{
    alloc::KVVec,
    new_mutex,
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        Arc,
        Mutex,
        SpinLockIrq, //
    }, //
};

use crate::{
    abi,
    counts::{
        self,
        refusal::Refusal, //
    },
    ls::{
        traced,
        waiting::WaitingLs, //
    },
    port::{
        core::{
            Hold,
            PortUses, //
        },
        host::HostRef, //
    },
    shared::{
        fc::{
            ls_response::{
                take_private,
                Answer,
                UnansweredLs, //
            },
            port::HostHandle, //
        },
        proto::{
            ls::{
                receive,
                response::LsResponse, //
            },
            wire::LS_RESPONSE_MAX, //
        },
        support::{
            books::Entry,
            device::DeviceRef,
            mapped::MappedArray,
            ratelimit::ratelimited,
            ring::Ring, //
        }, //
    }, //
};

/// Responses to link services.
type LsResponses = MappedArray<[u8; LS_RESPONSE_MAX]>;

/// Link services that a target port takes at a time.
pub(crate) const CONTEXTS: usize = 256;
/// Those of one host; C hosts keep to as many themselves.
pub(crate) const OF_ONE_HOST: usize = CONTEXTS / 4;
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
    /// The target port and its contexts, while in use.
    port: Option<(Hold, Arc<LsContexts>)>,
    /// What the LLDD wants back, from its call until the answer.
    response: Option<UnansweredLs>,
    /// It among those received, while in use.
    entry: Option<Entry>,
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
    /// Counts how often it went to the LLDD and came back: odd while it is there.
    turn: Atomic<u32>,
    /// The link service.
    received: UnsafeCell<Received>,
}

/// All of a target port's.
#[pin_data]
pub(crate) struct LsContexts {
    /// The contexts.
    contexts: KVVec<Context>,
    /// Free and waiting ones.
    #[pin]
    list: SpinLockIrq<LsList>,
    /// Their responses. Taken when the port goes, so that nothing is mapped for
    /// the LLDD any more.
    #[pin]
    responses: Mutex<Option<LsResponses>>,
}

// SAFETY: The contexts have one owner each, by their invariant.
unsafe impl Send for LsContexts {}
// SAFETY: A context is used by its owner alone, by their invariant.
unsafe impl Sync for LsContexts {}

/// Which contexts are free, and which wait.
struct LsList {
    /// Free ones.
    free: KVVec<u16>,
    /// Whose the others are.
    owners: KVVec<Option<HostHandle>>,
    /// Accepted ones, in order.
    waiting: Ring<u16>,
}

impl LsContexts {
    /// Allocates all. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, also when the responses cannot be mapped.
    pub(crate) fn new(device: &DeviceRef) -> Result<Arc<Self>> {
        let mut contexts = KVVec::with_capacity(CONTEXTS, GFP_KERNEL)?;
        for index in 0..CONTEXTS {
            contexts.push(
                Context {
                    // CAST: There are 256.
                    index: index as u16,
                    turn: Atomic::new(0),
                    received: UnsafeCell::new(Received {
                        request: [0; REQUEST_MAX],
                        length: 0,
                        host: None,
                        port: None,
                        response: None,
                        entry: None,
                    }),
                },
                GFP_KERNEL,
            )?;
        }
        let list = LsList::new()?;
        let responses = LsResponses::new(device, CONTEXTS).map_err(|_| ENOMEM)?;
        Arc::pin_init(
            pin_init!(Self {
                contexts,
                list <- new_spinlock_irq!(list, "nvmet_fc::ls"),
                responses <- new_mutex!(Some(responses), "nvmet_fc::ls_responses"),
            }),
            GFP_KERNEL,
        )
    }

    /// How many are in use. Context: any.
    pub(crate) fn in_use(&self) -> usize {
        CONTEXTS.saturating_sub(self.list.lock().free.len())
    }

    /// How many of these are a host's. Context: any.
    pub(crate) fn in_use_by(&self, host: HostHandle) -> usize {
        self.list.lock().of(Some(host))
    }

    /// Unmaps the responses, which none is left to need. Context: may sleep.
    pub(crate) fn unmap(&self) {
        let responses = self.responses.lock().take();
        drop(responses);
    }
}

impl LsList {
    /// All free. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    fn new() -> Result<Self> {
        let mut free = KVVec::with_capacity(CONTEXTS, GFP_KERNEL)?;
        for index in 0..CONTEXTS {
            // CAST: There are 256.
            free.push(index as u16, GFP_KERNEL)?;
        }
        Ok(Self {
            free,
            owners: KVVec::from_elem(None, CONTEXTS, GFP_KERNEL)?,
            waiting: Ring::new(CONTEXTS)?,
        })
    }

    /// Takes a context for a link service of `host`, if it may have another. An
    /// LLDD without handles cannot tell hosts apart.
    ///
    /// # Errors
    ///
    /// Who has too many.
    fn take(&mut self, host: Option<HostHandle>) -> Result<u16, Refusal> {
        if host.is_some() && self.of(host) >= OF_ONE_HOST {
            return Err(Refusal::LsOfHost);
        }
        let index = self.free.pop().ok_or(Refusal::LsContexts)?;
        if let Some(owner) = self.owners.get_mut(usize::from(index)) {
            *owner = host;
        }
        Ok(index)
    }

    /// How many of a host there are.
    fn of(&self, host: Option<HostHandle>) -> usize {
        let theirs = |owner: &&Option<HostHandle>| **owner == host;
        self.owners.iter().filter(theirs).count()
    }

    /// Gives one back.
    fn give(&mut self, index: u16) {
        if let Some(owner) = self.owners.get_mut(usize::from(index)) {
            *owner = None;
        }
        // There is room: the context came from there.
        let _ = self.free.push_within_capacity(index);
    }
}

/// A link service that was accepted and must be answered.
///
/// # Invariants
///
/// The context is this value's alone, and its `port` is there, so that the
/// contexts are.
pub(crate) struct ReceivedLs(NonNull<Context>);

// SAFETY: The owner may be any thread.
unsafe impl Send for ReceivedLs {}

/// Takes a link service, or logs why not. Context: any.
///
/// # Errors
///
/// Those of [`ReceivedLs::accept`].
pub(crate) fn receive(
    port: &PortUses,
    contexts: &Arc<LsContexts>,
    host: Option<HostHandle>,
    response: UnansweredLs,
    request: &[u8],
) -> Result {
    let outcome = Hold::try_new(port)
        .ok_or(Refusal::LsPortGoes)
        .and_then(|hold| ReceivedLs::accept(contexts, hold, host, response, request));
    outcome.map_err(|refusal| {
        let name = receive::command_name(receive::command(request));
        let why = refusal.counted();
        let (what, error) = match refusal {
            Refusal::LsLength => (why, E2BIG),
            Refusal::LsPortGoes => (why, ESHUTDOWN),
            _ => ("context allocation failed", ENOENT),
        };
        traced::received(port, response, request, None, error.to_errno());
        ratelimited!(
            port.services_log,
            pr_info!(
                "{{{}}}: RCV {} LS failed: {} ({}), {}, port 0x{:016x}\n",
                port.number,
                name,
                what,
                request.len(),
                why,
                port.port_name
            )
        );
        error
    })
}

impl ReceivedLs {
    /// Accepts a link service: takes its bytes over, and has [`ReceivedLs::next`]
    /// called, which finds it. Context: any.
    ///
    /// # Errors
    ///
    /// Why not. Then nothing was kept.
    fn accept(
        contexts: &Arc<LsContexts>,
        port: Hold,
        host: Option<HostHandle>,
        response: UnansweredLs,
        request: &[u8],
    ) -> Result<(), Refusal> {
        if request.len() > REQUEST_MAX {
            return Err(Refusal::LsLength);
        }
        if port.unregistered.load(Relaxed) {
            return Err(Refusal::LsPortGoes);
        }
        let index = contexts.list.lock().take(host)?;
        let Some(context) = contexts.contexts.get(usize::from(index)) else {
            return Err(Refusal::LsContexts);
        };
        let host = match host.map(|host| HostRef::new(&port, host)).transpose() {
            Ok(host) => host,
            Err(_) => {
                contexts.list.lock().give(index);
                return Err(Refusal::LsHosts);
            }
        };
        // SAFETY: The context was free, and was taken under the lock.
        let received = unsafe { &mut *context.received.get() };
        if let Some(room) = received.request.get_mut(..request.len()) {
            room.copy_from_slice(request);
        }
        traced::received(&port, response, request, host.as_ref(), 0);
        received.length = request.len();
        received.host = host;
        received.response = Some(response);
        received.entry = Some(counts::received(receive::command(request)).enter());
        received.port = Some((port.clone(), contexts.clone()));
        // There is room for all.
        let _ = contexts.list.lock().waiting.push(index);
        if let Some(port) = port.whole() {
            port.ls_received();
        }
        Ok(())
    }

    /// The oldest one that waits. Context: any.
    pub(crate) fn next(contexts: &LsContexts) -> Option<Self> {
        let index = contexts.list.lock().waiting.pop()?;
        let context = contexts.contexts.get(usize::from(index))?;
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

    /// Lets it wait without its context. Context: may sleep.
    ///
    /// # Errors
    ///
    /// Itself: there is no memory.
    pub(crate) fn wait(mut self) -> Result<WaitingLs, Self> {
        let received = self.received();
        let (Some((port, _)), Some(response)) = (received.port.clone(), received.response) else {
            return Err(self);
        };
        let waiting = WaitingLs::new(port, response, &mut self.received_mut().entry);
        waiting.map_err(|_| self)
    }

    /// Answers it. Context: may sleep.
    pub(crate) fn answer(mut self, answer: &LsResponse) {
        // Not needed any more, and `host_release` may follow.
        drop(self.received_mut().host.take());
        let received = self.received();
        let (Some((port, contexts)), Some(response)) = (received.port.clone(), received.response)
        else {
            return;
        };
        traced::answered(&port, response, receive::command(self.request()), answer);
        let index = usize::from(self.context().index);
        let guard = contexts.responses.lock();
        // They are there as long as the port has users, of which this is one.
        let Some(responses) = guard.as_ref() else {
            return;
        };
        // SAFETY: There are as many responses as contexts, and this one is the
        // owner's.
        let length = answer.write(unsafe { &mut *responses.get(index) });
        responses.sync_for_device(index);
        let filled_in = Answer {
            buffer: responses.get(index).cast(),
            address: responses.address(index),
            length,
            done: answer_done,
            private: self.0.as_ptr().cast(),
        };
        // SAFETY: Accepted, and answered here for the only time. The responses are there
        // as long as the port, which has a user until `done`.
        let new = unsafe { response.set_answer(&filled_in) };
        drop(guard);
        let context = self.0;
        let turn = self.context().turn.fetch_add(1, Full).wrapping_add(1);
        let _ = ManuallyDrop::new(self);
        // The context is the LLDD's during the call.
        counts::answered(answer);
        if port.lldd.xmt_ls_rsp(new).is_ok() {
            return;
        }
        counts::FAILED_ANSWERS.up();
        // `done` will not come, and the LLDD's memory may be gone. If it has come
        // all the same, the context is somebody else's by now.
        // SAFETY: It is one of `contexts`.
        let turns = unsafe { &(*context.as_ptr()).turn };
        if turns.cmpxchg(turn, turn.wrapping_add(1), Full).is_ok() {
            // INVARIANT: The LLDD did not take it.
            drop(Self(context));
        }
    }

    /// The link service that an LLDD is done with.
    ///
    /// # Safety
    ///
    /// `private` is what [`ReceivedLs::answer`] left with the LLDD, for which this
    /// is the only call.
    pub(crate) unsafe fn from_done(private: NonNull<c_void>) -> Self {
        // INVARIANT: The LLDD had it, and has it no more.
        let this = Self(private.cast());
        this.context().turn.fetch_add(1, Full);
        this
    }
}

/// The answer is out, and the LLDD done with it. Context: any.
///
/// # Safety
///
/// `lsrsp` is one that [`ReceivedLs::answer`] gave to `xmt_ls_rsp`, valid during
/// this call.
unsafe extern "C" fn answer_done(lsrsp: *mut abi::nvmefc_ls_rsp) {
    // SAFETY: By this function's contract.
    if let Some(private) = unsafe { take_private(lsrsp) } {
        // SAFETY: Taken by this call alone.
        drop(unsafe { ReceivedLs::from_done(private) });
    }
}

impl Drop for ReceivedLs {
    /// Gives the context back. Context: any, if there is no host any more.
    fn drop(&mut self) {
        let index = self.context().index;
        let received = self.received_mut();
        drop(received.host.take());
        drop(received.entry.take());
        if let Some((_port, contexts)) = received.port.take() {
            contexts.list.lock().give(index);
        }
    }
}
