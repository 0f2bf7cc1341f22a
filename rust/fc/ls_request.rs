// SPDX-License-Identifier: GPL-2.0

//! A link service that a transport sends, at either side, meant for
//! `rust/kernel/nvme_fc/ls_request.rs`.
//!
//! The request, its memory and its mapping are one counted object; the LLDD owns
//! one reference from `ls_req` until `done`. Who gives up leaves the object behind,
//! and a late `done` frees it: nothing is freed under an LLDD, and nobody waits for
//! ever. `proto/ls/exchange.rs` decides what follows from what; what is in use
//! meanwhile, and for how long, is the [`LsSender`]'s.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

#[allow(unsafe_code, reason = "takes over the LLDD's reference")]
pub(crate) mod attended;
mod timeout;

use core::mem;

use kernel::{
    new_work,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        Arc, //
    },
    types::Opaque,
    workqueue::{
        impl_has_delayed_work,
        impl_has_work,
        new_delayed_work,
        DelayedWork,
        Queue,
        Work,
        WorkItem, //
    }, //
};

use crate::{
    abi,
    shared::{
        fc::{
            ls_memory::LsMemory,
            private_area::PrivateArea, //
        },
        proto::{
            ls::exchange::{
                on,
                Action,
                Event,
                State, //
            },
            wire, //
        },
        support::{
            completion::Completion,
            device::DeviceRef,
            dma::Direction,
            word::Word, //
        }, //
    }, //
};

/// Seconds until one is aborted: a little more than the LLDD was told to give it.
pub(crate) const TIMEOUT_SECONDS: u32 = wire::LS_TIMEOUT_SECONDS + 2;

/// The work item that ends what had its time.
const TIMEOUT_WORK: u64 = 0;
/// The work item that follows `done`.
const DONE_WORK: u64 = 1;
/// The work item that shortens the time.
const SHORTEN_WORK: u64 = 2;

/// Seconds in jiffies.
pub(crate) fn seconds(count: u32) -> usize {
    // CAST: A u32 fits a usize.
    count.saturating_mul(abi::HZ) as usize
}

/// A request that is given to an LLDD by `ls_req`.
///
/// # Invariants
///
/// It is filled in, and valid until the LLDD calls its `done`.
pub(crate) struct NewLs<'a>(&'a Opaque<abi::nvmefc_ls_req>);

/// A request that an LLDD was given by `ls_req`.
///
/// # Invariants
///
/// It is valid as long as this lives.
pub(crate) struct SentLs<'a>(&'a Opaque<abi::nvmefc_ls_req>);

impl NewLs<'_> {
    /// The request as C names it.
    pub(crate) fn as_raw(&self) -> *mut abi::nvmefc_ls_req {
        self.0.get()
    }
}

impl SentLs<'_> {
    /// The request as C names it.
    pub(crate) fn as_raw(&self) -> *mut abi::nvmefc_ls_req {
        self.0.get()
    }
}

/// What one side of the transport has to do with a link service that it sends.
pub(crate) trait LsSender: Sized + Send + Sync + 'static {
    /// What keeps the LLDD callable until the link service is over, or given up.
    type InUse: Send + Unpin;

    /// Whether the memory of one that is given up is unmapped, as the LLDD may give
    /// the device up; otherwise it stays mapped until `done`.
    const UNMAPS_LOST: bool;

    /// Where it is looked after what had its time.
    fn timeout_queue() -> &'static Queue;

    /// Where it is cleaned up after `done`.
    fn done_queue() -> &'static Queue;

    /// Calls `ls_abort`. Context: may sleep; the LLDD is not given up meanwhile.
    fn ls_abort(&self, in_use: &Self::InUse, request: SentLs<'_>);

    /// How long the LLDD has it after `ls_abort`, jiffies; `None` to give it up at
    /// once. Context: may sleep; the LLDD is not given up meanwhile.
    fn abort_timeout(&self, in_use: &Self::InUse) -> Option<usize>;

    /// Shortens the time that the LLDD has. Context: may sleep; a work item of the
    /// timeouts' queue, see [`LsRequest::queue_shorten`].
    fn shorten(_this: &Arc<LsRequest<Self>>) {}

    /// Takes it off whatever list it is in. Context: may sleep.
    fn forget(this: &Arc<LsRequest<Self>>);

    /// It was given up, and is to be free of its port. Context: may sleep.
    fn lost(this: &Arc<LsRequest<Self>>, in_use: Self::InUse);

    /// `done` came, and nobody waited for that. Context: may sleep; a work item.
    ///
    /// `answer` is the errno that it reported, if it reported one.
    fn over(&self, _this: &Arc<LsRequest<Self>>, _answer: Result<&LsAnswer<Self>>) {}

    /// The LLDD called `done` twice. Context: any.
    fn done_twice();
}

/// A link service that is sent.
#[repr(C)]
#[pin_data]
pub(crate) struct LsRequest<T: LsSender> {
    /// What the LLDD sees; first, so that both have one address.
    #[pin]
    request: Opaque<abi::nvmefc_ls_req>,
    /// Request and response, and what keeps the LLDD callable.
    #[pin]
    memory: LsMemory<T::InUse>,
    /// Where the response is in the memory.
    response_at: usize,
    /// The LLDD's memory.
    private: PrivateArea,
    /// A [`State`].
    state: Atomic<u32>,
    /// What `done` reported.
    status: Word<i32>,
    /// `done` came, for one who waits.
    #[pin]
    done: Completion,
    /// The end of its time, if nobody waits for it.
    #[pin]
    timeout_work: DelayedWork<Self, { TIMEOUT_WORK }>,
    /// What follows `done` if nobody waits for it, with the reference that was the
    /// LLDD's. It is queued once, so `done` never drops one.
    #[pin]
    done_work: Work<Self, { DONE_WORK }>,
    /// See [`LsSender::shorten`].
    #[pin]
    shorten_work: Work<Self, { SHORTEN_WORK }>,
    /// Whose it is.
    sender: T,
}

// SAFETY: The C struct holds pointers into the object itself.
unsafe impl<T: LsSender> Send for LsRequest<T> {}
// SAFETY: The C struct is the LLDD's, and the memory is read after `done` alone.
unsafe impl<T: LsSender> Sync for LsRequest<T> {}

impl_has_delayed_work! {
    impl{T: LsSender} HasDelayedWork<Self, { TIMEOUT_WORK }> for LsRequest<T> { self.timeout_work }
}
impl_has_work! {
    impl{T: LsSender} HasWork<Self, { DONE_WORK }> for LsRequest<T> { self.done_work }
    impl{T: LsSender} HasWork<Self, { SHORTEN_WORK }> for LsRequest<T> { self.shorten_work }
}

/// What a link service asks, and of which LLDD.
pub(crate) struct Parameters<'a> {
    /// The device that reaches the memory, if any.
    pub(crate) device: &'a DeviceRef,
    /// The LLDD's private memory, bytes.
    pub(crate) private: u32,
    /// The request, bytes.
    pub(crate) request: usize,
    /// The longest answer, bytes.
    pub(crate) response: usize,
}

impl<T: LsSender> LsRequest<T> {
    /// Makes one; `fill` writes the request. Context: may sleep.
    fn new(
        state: State,
        sender: T,
        in_use: T::InUse,
        parameters: &Parameters<'_>,
        fill: impl FnOnce(&mut [u8]) -> Result,
    ) -> Result<Arc<Self>> {
        const { assert!(mem::offset_of!(Self, request) == 0) };
        let response_at = parameters.request.next_multiple_of(8);
        let size = response_at.saturating_add(wire::LS_RESPONSE_MAX);
        let direction = Direction::Bidirectional;
        let request = parameters.request;
        let memory = LsMemory::new(parameters.device, size, direction, in_use, |bytes| {
            fill(bytes.get_mut(..request).ok_or(EINVAL)?)
        })?;
        let private = PrivateArea::new(parameters.private)?;
        let this = Arc::pin_init(
            pin_init!(Self {
                request: Opaque::zeroed(),
                memory <- memory,
                response_at,
                private,
                state: Atomic::new(state.bits()),
                status: Word::new(0),
                done <- Completion::new(),
                timeout_work <- new_delayed_work!("LsRequest::timeout_work"),
                done_work <- new_work!("LsRequest::done_work"),
                shorten_work <- new_work!("LsRequest::shorten_work"),
                sender,
            }),
            GFP_KERNEL,
        )?;
        let memory = &this.memory;
        let request = abi::nvmefc_ls_req {
            rqstaddr: memory.start().cast(),
            rqstdma: memory.address(0),
            // CAST: Both lengths are those of structures of the wire.
            rqstlen: parameters.request as u32,
            rspaddr: memory.start().wrapping_add(response_at).cast(),
            rspdma: memory.address(response_at),
            rsplen: parameters.response as u32,
            timeout: wire::LS_TIMEOUT_SECONDS,
            private: this.private.as_ptr(),
            done: Some(Self::lldd_done),
        };
        // SAFETY: Nobody else knows the object yet.
        unsafe { this.request.get().write(request) };
        Ok(this)
    }

    /// One that nobody waits for. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EFAULT` if its memory cannot be mapped; what `fill` says, which
    /// writes the request.
    pub(crate) fn unattended(
        sender: T,
        in_use: T::InUse,
        parameters: &Parameters<'_>,
        fill: impl FnOnce(&mut [u8]) -> Result,
    ) -> Result<Arc<Self>> {
        Self::new(State::UNATTENDED, sender, in_use, parameters, fill)
    }

    /// Whose it is.
    pub(crate) fn sender(&self) -> &T {
        &self.sender
    }

    /// How far it is.
    pub(crate) fn state(&self) -> State {
        State::from_bits(self.state.load(Relaxed))
    }

    /// Takes an event to the state, and says what is to be done.
    fn on(&self, event: Event) -> Action {
        let mut old = self.state.load(Relaxed);
        loop {
            let (next, action) = on(State::from_bits(old), event);
            match self.state.cmpxchg(old, next.bits(), Full) {
                Ok(_) => return action,
                Err(now) => old = now,
            }
        }
    }

    /// Calls `act` unless the LLDD was given up; it is not meanwhile. Context: may
    /// sleep.
    pub(crate) fn while_in_use<R>(&self, act: impl FnOnce(&T::InUse) -> R) -> Option<R> {
        self.memory.while_in_use(act)
    }

    /// Gives it to the LLDD: `ls_req` calls that. If nobody waits for it, its time
    /// begins. Context: may sleep; the caller keeps the LLDD callable.
    ///
    /// # Errors
    ///
    /// Those of `ls_req`; [`LsRequest::unsent`] is to follow.
    pub(crate) fn send(self: &Arc<Self>, ls_req: impl FnOnce(NewLs<'_>) -> Result) -> Result {
        if self.state().is_unattended() {
            self.set_timeout(seconds(TIMEOUT_SECONDS));
        }
        let lldd = Arc::into_raw(self.clone());
        // INVARIANT: Filled in by `new`; alive through the reference put away, which
        // `done` gets back.
        if let Err(error) = ls_req(NewLs(&self.request)) {
            // SAFETY: Put away above; `done` does not run after an error.
            drop(unsafe { Arc::from_raw(lldd) });
            return Err(error);
        }
        if self.on(Event::Sent) == Action::CallAbort {
            self.call_abort();
            self.await_abort();
        }
        Ok(())
    }

    /// Ends one that the LLDD did not take, or was not given. Context: may sleep; not
    /// from within its work items.
    pub(crate) fn unsent(self: &Arc<Self>) {
        self.on(Event::Refused);
        self.finish();
    }

    /// Ends what it has in use; nobody else does that. Context: may sleep; may call
    /// the LLDD's delete callbacks.
    fn finish(self: &Arc<Self>) {
        self.stop_timeout();
        T::forget(self);
        drop(self.memory.give_up(true));
    }

    /// What `done` reported.
    fn status(&self) -> Result {
        match self.status.get() {
            0 => Ok(()),
            status if status < 0 => Err(Error::from_errno(status)),
            _ => Err(EIO),
        }
    }

    /// Frees it with the LLDD, which is gone without having called `done`, or leaves it
    /// to what follows `done`. Nobody waits for it. Context: may sleep.
    pub(crate) fn abandon(self: &Arc<Self>) {
        if self.on(Event::Done) != Action::CleanUp {
            return;
        }
        self.stop_timeout();
        // An LLDD that did not wait for its port's end must not be called.
        self.memory.forget();
        // SAFETY: The LLDD's reference: what `done` would get was got here.
        drop(unsafe { Arc::from_raw(Arc::as_ptr(self)) });
    }

    /// It ended, well or not. Context: any.
    ///
    /// # Safety
    ///
    /// `request` is one that `ls_req` took; this is called once.
    unsafe extern "C" fn lldd_done(request: *mut abi::nvmefc_ls_req, status: c_int) {
        let this = request.cast::<Self>();
        // SAFETY: The request is at the start of the object, of which the LLDD owns a
        // reference until this call ends.
        let Some(request) = (unsafe { this.as_ref() }) else {
            return;
        };
        request.status.set(status);
        match request.on(Event::Done) {
            // Who waits takes the LLDD's reference; nothing is touched after this.
            Action::Wake => request.done.complete_all(),
            Action::CleanUp => {
                // SAFETY: Put away by `send`, and given back here only.
                let this = unsafe { Arc::from_raw(this) };
                drop(T::done_queue().enqueue::<_, { DONE_WORK }>(this));
            }
            _ => T::done_twice(),
        }
    }
}

impl<T: LsSender> WorkItem<{ DONE_WORK }> for LsRequest<T> {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.finish();
        // INVARIANT: It came.
        let answer = LsAnswer(this);
        let this = &answer.0;
        this.sender.over(this, this.status().map(|()| &answer));
    }
}

/// The answer to a link service, which is over.
///
/// # Invariants
///
/// `done` came.
pub(crate) struct LsAnswer<T: LsSender>(Arc<LsRequest<T>>);

impl<T: LsSender> LsAnswer<T> {
    /// The bytes that came, zeroes behind them.
    pub(crate) fn bytes(&self) -> &[u8] {
        let start = self.0.memory.start().wrapping_add(self.0.response_at);
        // SAFETY: So long is the end of the memory. `done` came, so nobody writes it any
        // more.
        unsafe { core::slice::from_raw_parts(start, wire::LS_RESPONSE_MAX) }
    }
}
