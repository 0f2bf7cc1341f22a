// SPDX-License-Identifier: GPL-2.0

//! Link services that the scripted host sends.

use kernel::{
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::{Full, Relaxed},
        Arc, SpinLockIrq,
    },
};

use super::{port::Port, script::Place, threads};
use crate::{
    abi,
    cases::{
        outcome::{
            fail,
            CaseResult, //
        },
        payload::Payload, //
    },
    shared::support::completion::Completion, //
};

/// A link service request, and what became of it.
#[pin_data]
pub(crate) struct Service {
    /// The port it came in at.
    pub(crate) port: Arc<Port>,
    /// What `xmt_ls_rsp` does.
    plan: Plan,
    /// What came.
    #[pin]
    state: SpinLockIrq<State>,
    /// `xmt_ls_rsp` was called.
    #[pin]
    answered: Completion,
}

/// A link service that there is not; it is rejected.
pub(crate) const UNKNOWN: [u8; 4] = [9, 0, 0, 0];

/// What `xmt_ls_rsp` does.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// It returns this, unless 0, after the LLDD's memory was freed.
    pub(crate) refuse: c_int,
    /// Where `done` is called.
    pub(crate) place: Place,
}

impl Plan {
    /// The answer goes out at once.
    pub(crate) const USUAL: Self = Self {
        refuse: 0,
        place: Place::Now,
    };
}

/// What a service has come to.
struct State {
    /// The answer's bytes.
    answer: Option<Payload>,
    /// Memory whose `done` is held back.
    held: Option<KBox<Frame>>,
}

/// The memory that the transport has. Freed before `done` returns, so that
/// KASAN sees a use after that.
#[repr(C)]
pub(super) struct Frame {
    /// What the transport knows. First.
    response: abi::nvmefc_ls_rsp,
    /// Ours.
    service: Arc<Service>,
}

// SAFETY: The pointers in it are the transport's, and used by one thread at a
// time.
unsafe impl Send for Frame {}

impl Service {
    /// A service that `port` receives. Context: may sleep.
    pub(super) fn new(port: &Arc<Port>, plan: Plan) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                port: port.clone(),
                plan,
                state <- new_spinlock_irq!(State {
                    answer: None,
                    held: None,
                }),
                answered <- Completion::new(),
            }),
            GFP_KERNEL,
        )
    }

    /// Delivers it from `handle`; the outcome is the transport's. Context: may
    /// sleep.
    pub(super) fn deliver(
        self: &Arc<Self>,
        object: *mut abi::nvmet_fc_target_port,
        handle: *mut core::ffi::c_void,
        payload: &[u8],
    ) -> Result {
        let frame = KBox::new(
            Frame {
                response: abi::nvmefc_ls_rsp::default(),
                service: self.clone(),
            },
            GFP_KERNEL,
        )?;
        let mut request = KVVec::with_capacity(payload.len().max(1), GFP_KERNEL)?;
        request.extend_from_slice(payload, GFP_KERNEL)?;
        let books = &self.port.books;
        let frame = KBox::into_raw(frame);
        books.services.add(1, Relaxed);
        // SAFETY: The port is registered, the memory lives until `done`, and
        // the request is as long as it says. CAST: A kilobyte or so.
        let result = unsafe {
            abi::nvmet_fc_rcv_ls_req(
                object,
                handle,
                frame.cast(),
                request.as_mut_ptr().cast(),
                payload.len() as u32,
            )
        };
        if result != 0 {
            books.services.add(-1, Relaxed);
            // SAFETY: Refused, so it is ours again.
            drop(unsafe { KBox::from_raw(frame) });
            return Err(Error::from_errno(result));
        }
        Ok(())
    }

    /// The transport answers: `xmt_ls_rsp`.
    ///
    /// # Safety
    ///
    /// `response` was given to the transport by [`Service::deliver`], and is
    /// filled in.
    pub(super) unsafe fn transmit(
        object: *mut abi::nvmet_fc_target_port,
        response: *mut abi::nvmefc_ls_rsp,
    ) -> c_int {
        // SAFETY: The memory of such a frame, which the transport gives up.
        let frame = unsafe { KBox::from_raw(response.cast::<Frame>()) };
        let service = frame.service.clone();
        if !service.port.is(object) {
            service.port.books.offend("an answer at another port");
        }
        // SAFETY: So many bytes, as the transport says.
        let bytes = unsafe {
            core::slice::from_raw_parts(
                frame.response.rspbuf.cast::<u8>(),
                usize::from(frame.response.rsplen),
            )
        };
        let mut state = service.state.lock();
        if state.answer.replace(Payload::of(bytes)).is_some() {
            service.port.books.offend("a second answer");
        }
        drop(state);
        if service.plan.refuse != 0 {
            service.port.books.services.add(-1, Relaxed);
            drop(frame);
            service.answered.complete_all();
            return service.plan.refuse;
        }
        match service.plan.place {
            Place::Now => Self::finish(frame),
            Place::Hold => service.state.lock().held = Some(frame),
            Place::Thread(wait) => {
                let port = service.port.clone();
                port.books.threads.add(1, Relaxed);
                let raw = SendFrame(frame);
                let spawned = threads::threads().try_spawn(GFP_KERNEL, move || {
                    let frame = raw;
                    port.pause(wait);
                    Self::finish(frame.0);
                    port.books.threads.add(-1, Relaxed);
                });
                if spawned.is_err() {
                    service.port.books.offend("no memory");
                }
            }
        }
        service.answered.complete_all();
        service.follow(object);
        0
    }

    /// Sends another one, as long as there are to be more.
    fn follow(&self, object: *mut abi::nvmet_fc_target_port) {
        let flood = &self.port.flood;
        if flood.load(Relaxed) <= 0 || flood.fetch_sub(1, Full) <= 0 {
            return;
        }
        let next = Self::new(&self.port, Plan::USUAL);
        let next = next.and_then(|next| next.deliver(object, core::ptr::null_mut(), &UNKNOWN));
        // The case may have stopped the flood since, and have unregistered the
        // port.
        if next.is_err() && flood.load(Relaxed) > 0 {
            self.port.books.offend("a link service that is not taken");
        }
    }

    /// Calls `done`; the memory is still there.
    fn done(frame: KBox<Frame>) -> KBox<Frame> {
        let done = frame.response.done;
        let raw = KBox::into_raw(frame);
        if let Some(done) = done {
            // SAFETY: The transport's own function, for its only call, unless
            // the case wants it otherwise.
            unsafe { done(raw.cast()) };
        }
        // SAFETY: Made above; the transport is through with it.
        unsafe { KBox::from_raw(raw) }
    }

    /// The answer is out: calls `done`, and frees the memory.
    fn finish(frame: KBox<Frame>) {
        let port = frame.service.port.clone();
        drop(Self::done(frame));
        port.books.services.add(-1, Relaxed);
    }

    /// Lets an answer that is held go out, and calls `done` a second time after
    /// `between`, which no LLDD should.
    pub(crate) fn done_twice(&self, between: impl FnOnce() -> CaseResult) -> CaseResult {
        let Some(frame) = self.state.lock().held.take() else {
            fail!("no answer is held");
        };
        let frame = Self::done(frame);
        let outcome = between();
        drop(Self::done(frame));
        self.port.books.services.add(-1, Relaxed);
        outcome
    }

    /// Lets an answer that is held go out.
    pub(crate) fn let_go(&self) -> CaseResult {
        let frame = self.state.lock().held.take();
        match frame {
            Some(frame) => Self::finish(frame),
            None => fail!("no answer is held"),
        }
        Ok(())
    }

    /// Waits for the answer, and returns it. Context: may sleep.
    pub(crate) fn answer(&self) -> CaseResult<Payload> {
        if !self.answered.wait_timeout(Port::PATIENCE) {
            fail!("a link service was not answered");
        }
        match self.state.lock().answer {
            Some(answer) => Ok(answer),
            None => fail!("a link service has no answer"),
        }
    }

    /// Whether it was answered by now.
    pub(crate) fn is_answered(&self) -> bool {
        self.state.lock().answer.is_some()
    }
}

/// A frame on its way to a thread.
struct SendFrame(KBox<Frame>);
