// SPDX-License-Identifier: GPL-2.0

//! One link service request on its way to a target.
//!
//! The exchange, its buffers and its mapping are one counted object; the LLDD
//! owns one reference from `ls_req` until `done`. A waiter that gives up leaves
//! the exchange behind, and a late `done` frees it: nothing is freed under an
//! LLDD, and nobody waits for ever.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::mem::offset_of;

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
        Work,
        WorkItem, //
    }, //
};

use crate::{
    abi,
    log::port_log,
    ls::port::LsPort,
    nvme::ctrl::nvme_wq,
    port::{
        behind::{
            Behind,
            BehindPorts, //
        },
        port_use::PortUse,
        registry_lock::{
            self,
            Locked, //
        },
        rport::RemotePort, //
    },
    shared::{
        fc::{
            port::Names,
            private_area::PrivateArea, //
        },
        proto::{
            ls::patience::{
                self,
                ABORT_SECONDS,
                GONE_SECONDS, //
            },
            wire, //
        },
        support::{
            completion::Completion,
            dma::Direction,
            ratelimit::{
                jiffies,
                ratelimited, //
            },
            word::Word,
            work, //
        }, //
    }, //
};

/// Seconds before the LLDD is asked to abort: a little more than it was told
/// to give the exchange itself.
const PATIENCE_SECONDS: u32 = wire::LS_TIMEOUT_SECONDS + 2;
/// How often whoever waits for an answer looks for other reasons to end that.
const LOOKS_A_SECOND: u32 = 10;

/// Somebody waits for `done`.
const WAITED: u32 = 0;
/// Nobody waits; `done` hands the exchange to its work item.
const UNATTENDED: u32 = 1;
/// `done` came, or never will: the LLDD did not take it.
const DONE: u32 = 2;

/// The work item that follows `done`.
const OVER_WORK: u64 = 1;

/// Request and response as they lie in memory, mapped as one.
#[repr(C, align(8))]
pub(crate) struct LsBuffer {
    /// The longest request.
    pub(crate) request: [u8; wire::LS_REQUEST_MAX],
    /// Room for any response.
    response: [u8; wire::LS_RESPONSE_MAX],
}

/// A link service request.
#[repr(C)]
#[pin_data]
pub(crate) struct LsExchange {
    /// What the LLDD sees; first, so that both have one address.
    #[pin]
    request: Opaque<abi::nvmefc_ls_req>,
    /// Where it goes, and the buffers. The LLDD writes the response until
    /// `done`.
    #[pin]
    port: LsPort<LsBuffer>,
    /// The LLDD's memory.
    private: PrivateArea,
    /// What an answer that nobody waits for is good for.
    told: Told,
    /// WAITED, UNATTENDED or DONE.
    state: Atomic<u32>,
    /// `ls_req` has returned 0.
    sent: Atomic<bool>,
    /// An abort is wanted. Whoever sets this or `sent` last sees both.
    abort_wanted: Atomic<bool>,
    /// The abort was asked for.
    aborted: Atomic<bool>,
    /// What `done` reported.
    status: Word<i32>,
    /// Told by `done`.
    #[pin]
    answered: Completion,
    /// For an exchange that nobody waits for: the end of patience.
    #[pin]
    unattended: DelayedWork<Self>,
    /// For an exchange that nobody waits for: `done`, with the reference that
    /// was the LLDD's. It is queued once, so `done` never drops one.
    #[pin]
    over: Work<Self, OVER_WORK>,
}

const _: () = assert!(offset_of!(LsExchange, request) == 0);

// SAFETY: The C struct holds pointers into the object itself.
unsafe impl Send for LsExchange {}
// SAFETY: The buffer is written before `ls_req`, and read after `done`.
unsafe impl Sync for LsExchange {}

impl_has_delayed_work! {
    impl HasDelayedWork<Self> for LsExchange { self.unattended }
}
impl_has_work! {
    impl HasWork<Self, OVER_WORK> for LsExchange { self.over }
}

/// Takes note of the answer to a request that nobody waits for.
pub(crate) type Told = fn(&RemotePort, &LsAnswer);

/// The answer to a link service request, whose exchange is over.
pub(crate) struct LsAnswer(Arc<LsExchange>);

impl LsAnswer {
    /// The bytes that came, zeroes behind them.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: `done` came, so nobody writes the buffer any more.
        unsafe { &(*self.0.port.buffer()).response }
    }
}

/// All that are on their way, but for those that are aborted with their port.
static SENT: BehindPorts<LsExchange> = BehindPorts::new();

/// Takes the first off the list for which `which` holds.
fn take(which: impl FnMut(&Arc<LsExchange>) -> bool) -> Option<Arc<LsExchange>> {
    SENT.remove(&mut registry_lock::lock(), which)
}

/// A port is gone: gives what aborts all that were sent to it, to be called with
/// nothing locked. Context: may sleep, registry locked.
pub(crate) fn port_lost(registry: &mut Locked, remote: &Arc<RemotePort>) -> impl FnOnce() {
    for exchange in SENT.of(registry, remote) {
        exchange.abort_wanted.xchg(true, Full);
    }
    let remote = remote.clone();
    // One that is sent meanwhile is for a port that returned, and not marked. Each
    // takes itself off when it is over, and does not mind being gone already.
    move || {
        while let Some(exchange) = take(|exchange| {
            Arc::ptr_eq(exchange.remote(), &remote) && exchange.abort_wanted.load(Relaxed)
        }) {
            exchange.abort();
        }
    }
}

impl Behind for LsExchange {
    fn remote(&self) -> &Arc<RemotePort> {
        self.port.remote()
    }
}

impl LsExchange {
    /// Makes an exchange; `fill` writes the request. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EFAULT` if the buffers cannot be mapped; `ECONNREFUSED` if
    /// the port is not registered; what `fill` says.
    fn new(
        remote: &Arc<RemotePort>,
        request_length: usize,
        response_length: usize,
        state: u32,
        told: Told,
        fill: impl FnOnce(&mut LsBuffer) -> Result,
    ) -> Result<Arc<Self>> {
        let mut buffer = KBox::new(
            LsBuffer {
                request: [0; wire::LS_REQUEST_MAX],
                response: [0; wire::LS_RESPONSE_MAX],
            },
            GFP_KERNEL,
        )?;
        fill(&mut buffer)?;
        let (in_use, ops) = PortUse::join(&mut registry_lock::lock(), remote.as_arc_borrow())
            .map_err(|_| ECONNREFUSED)?;
        let private = PrivateArea::new(ops.ls_private)?;
        let port = LsPort::new(in_use, ops, buffer, Direction::Bidirectional)?;
        let this = Arc::pin_init(
            pin_init!(Self {
                request: Opaque::zeroed(),
                port <- port,
                private,
                told,
                state: Atomic::new(state),
                sent: Atomic::new(false),
                abort_wanted: Atomic::new(false),
                aborted: Atomic::new(false),
                status: Word::new(0),
                answered <- Completion::new(),
                unattended <- new_delayed_work!("LsExchange::unattended"),
                over <- new_work!("LsExchange::over"),
            }),
            GFP_KERNEL,
        )?;
        let port = &this.port;
        let request = abi::nvmefc_ls_req {
            rqstaddr: port.buffer().cast(),
            rqstdma: port.address(offset_of!(LsBuffer, request)),
            // CAST: Both lengths are below the buffers', which fit.
            rqstlen: request_length as u32,
            rspaddr: port
                .buffer()
                .wrapping_byte_add(offset_of!(LsBuffer, response))
                .cast(),
            rspdma: port.address(offset_of!(LsBuffer, response)),
            rsplen: response_length as u32,
            timeout: wire::LS_TIMEOUT_SECONDS,
            private: this.private.as_ptr(),
            done: Some(Self::done),
        };
        // SAFETY: Nobody else knows the exchange yet.
        unsafe { this.request.get().write(request) };
        Ok(this)
    }

    /// Sends a request and waits for its answer, but not once that is of no use:
    /// `useless` is asked now and then. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ECONNREFUSED` if the port is not registered; `ENOMEM`, `EFAULT`; the
    /// LLDD's; `ETIMEDOUT` if neither answer nor the end of an abort came.
    pub(crate) fn ask(
        remote: &Arc<RemotePort>,
        request_length: usize,
        response_length: usize,
        useless: impl Fn() -> bool,
        fill: impl FnOnce(&mut LsBuffer) -> Result,
    ) -> Result<LsAnswer> {
        let this = Self::new(
            remote,
            request_length,
            response_length,
            WAITED,
            |_, _| {},
            fill,
        )?;
        match this.send() {
            Ok(()) => this.wait(useless)?,
            Err(error) => {
                this.finish(true);
                return Err(error);
            }
        }
        Ok(LsAnswer(this))
    }

    /// Sends a request that nobody waits for; `told` runs if it is answered, in
    /// a work item. Context: may sleep.
    ///
    /// # Errors
    ///
    /// As for [`LsExchange::ask`], but `ETIMEDOUT`.
    pub(crate) fn tell(
        remote: &Arc<RemotePort>,
        request_length: usize,
        response_length: usize,
        told: Told,
        fill: impl FnOnce(&mut LsBuffer) -> Result,
    ) -> Result {
        let this = Self::new(
            remote,
            request_length,
            response_length,
            UNATTENDED,
            told,
            fill,
        )?;
        work::mod_delayed(nvme_wq(), this.clone(), seconds(PATIENCE_SECONDS));
        let sent = this.send();
        if sent.is_err() {
            // Whoever asks for an abort now does not start the timer again.
            this.state.xchg(DONE, Full);
            work::cancel_delayed_sync::<Self, 0>(&this);
            this.finish(true);
        }
        sent
    }

    /// Gives the exchange to the LLDD, with one reference.
    fn send(self: &Arc<Self>) -> Result {
        {
            let mut registry = registry_lock::lock();
            let entry = registry.remote(self.remote()).ok_or(ECONNREFUSED)?;
            if !entry.life.is_online() {
                return Err(ECONNREFUSED);
            }
            SENT.add(&mut registry, self)?;
        }
        self.port.sync_for_device();
        let lldd = Arc::into_raw(self.clone());
        // SAFETY: The object stays valid through the reference put away, which
        // `done` gets back.
        let sent = unsafe {
            let remote = self.remote();
            self.port
                .ops()
                .ls_req(remote.local().abi(), remote.abi(), self.request.get())
        };
        if let Err(error) = sent {
            // SAFETY: Put away above; `done` does not run after an error.
            drop(unsafe { Arc::from_raw(lldd) });
            return Err(error);
        }
        self.sent.xchg(true, Full);
        if self.abort_wanted.load(Relaxed) {
            self.call_abort();
        }
        Ok(())
    }

    /// Waits for `done`: as long as the LLDD may take, and then some; less if
    /// an abort is wanted, or the answer is of no use any more. The exchange is
    /// finished then, or left behind.
    fn wait(self: &Arc<Self>, useless: impl Fn() -> bool) -> Result {
        let begun = jiffies();
        let mut answered = false;
        let mut in_time = true;
        while !answered && in_time && !self.abort_wanted.load(Relaxed) && !useless() {
            answered = self.answered.wait_timeout(look());
            // CAST: A usize fits a u64.
            in_time = jiffies().wrapping_sub(begun) < seconds(PATIENCE_SECONDS) as u64;
        }
        if !answered {
            if !in_time {
                port_log!(
                    warn,
                    self.remote(),
                    "remote port {}: LS not answered, aborting it\n",
                    Names(self.remote().abi().names())
                );
            }
            self.abort();
            if !self.await_abort() && self.state.cmpxchg(WAITED, UNATTENDED, Full).is_ok() {
                self.leave_behind();
                return Err(ETIMEDOUT);
            }
            // `done` won: it is about to complete, and then is over.
            self.answered.wait();
        }
        // SAFETY: `done` came and left the LLDD's reference to its waiter.
        drop(unsafe { Arc::from_raw(Arc::as_ptr(self)) });
        self.finish(true);
        self.status()
    }

    /// Waits for the end of an abort, but not for long once the port is gone;
    /// says whether it came.
    fn await_abort(&self) -> bool {
        let begun = jiffies();
        let mut gone_since = None;
        loop {
            if self.answered.wait_timeout(look()) {
                return true;
            }
            let now = jiffies();
            if self.remote().abi().is_online() {
                gone_since = None;
            } else if gone_since.is_none() {
                gone_since = Some(now);
            }
            let waited = now.wrapping_sub(begun);
            let gone = gone_since.map_or(0, |since| now.wrapping_sub(since));
            if patience::is_over(ABORT_SECONDS, abi::HZ, waited, gone) {
                return false;
            }
        }
    }

    /// What `done` reported.
    fn status(&self) -> Result {
        match self.status.get() {
            0 => Ok(()),
            status if status < 0 => Err(Error::from_errno(status)),
            _ => Err(EIO),
        }
    }

    /// Gives up the port, but not the memory, which is the LLDD's still.
    fn leave_behind(self: &Arc<Self>) {
        let given_up = self.finish(false);
        // Whoever starts the timer after this sees that the port is given up.
        work::cancel_delayed::<Self, 0>(self);
        if given_up {
            port_log!(
                err,
                self.remote(),
                "remote port {}: LLDD lost an LS\n",
                Names(self.remote().abi().names())
            );
        }
    }

    /// Takes the exchange off its port, and gives up the port; says whether it
    /// was in use. If the exchange is `over`, its memory is the CPU's then.
    /// Context: may sleep; may call the LLDD's delete callbacks.
    fn finish(self: &Arc<Self>, over: bool) -> bool {
        drop(take(|other| Arc::ptr_eq(other, self)));
        self.port.give_up(over)
    }

    /// Asks the LLDD to end the exchange, now or once it was sent. Context: may
    /// sleep.
    pub(crate) fn abort(self: &Arc<Self>) {
        self.abort_wanted.xchg(true, Full);
        if self.sent.load(Relaxed) {
            self.call_abort();
        }
        if self.state.load(Relaxed) == UNATTENDED {
            let patience = if self.remote().abi().is_online() {
                ABORT_SECONDS
            } else {
                GONE_SECONDS
            };
            work::mod_delayed(nvme_wq(), self.clone(), seconds(patience));
            // It may be over or given up by now, and whoever did that have been
            // here: no timer may outlast the port. Not to be waited for: this
            // may be the timer's own work item.
            if self.state.load(Relaxed) == DONE || !self.port.is_in_use() {
                work::cancel_delayed::<Self, 0>(self);
            }
        }
    }

    /// Calls `ls_abort`, once, unless the exchange is over.
    fn call_abort(&self) {
        self.port.while_in_use(|ops, remote| {
            if self.state.load(Relaxed) != DONE && !self.aborted.xchg(true, Full) {
                // SAFETY: It was sent; the object is alive through `self`.
                unsafe { ops.ls_abort(remote.local().abi(), remote.abi(), self.request.get()) };
            }
        });
    }

    /// The LLDD's answer.
    ///
    /// # Safety
    ///
    /// Called once by an LLDD for an exchange that its `ls_req` took. Context:
    /// any.
    unsafe extern "C" fn done(request: *mut abi::nvmefc_ls_req, status: c_int) {
        let this = request.cast::<Self>();
        // SAFETY: The LLDD owns a reference until this call ends.
        let exchange = unsafe { &*this };
        exchange.status.set(status);
        if exchange.state.cmpxchg(WAITED, DONE, Full).is_ok() {
            // The waiter takes the LLDD's reference; nothing is touched after.
            exchange.answered.complete_all();
        } else if exchange.state.cmpxchg(UNATTENDED, DONE, Full).is_ok() {
            // SAFETY: Put away by `send`, and given back here only.
            let _ = nvme_wq().enqueue::<Arc<Self>, OVER_WORK>(unsafe { Arc::from_raw(this) });
        } else {
            ratelimited!(pr_warn!("LLDD completed an LS twice\n"));
        }
    }
}

impl WorkItem for LsExchange {
    type Pointer = Arc<Self>;

    /// Patience is at its end: aborts the exchange, then gives it up.
    fn run(this: Arc<Self>) {
        if this.state.load(Relaxed) == DONE {
            // The other work item has it.
        } else if !this.aborted.load(Relaxed) {
            this.abort();
        } else {
            this.leave_behind();
        }
    }
}

impl WorkItem<OVER_WORK> for LsExchange {
    type Pointer = Arc<Self>;

    /// `done` came.
    fn run(this: Arc<Self>) {
        work::cancel_delayed_sync::<Self, 0>(&this);
        this.finish(true);
        if this.status().is_ok() {
            (this.told)(&this.port.remote().clone(), &LsAnswer(this));
        }
    }
}

/// Seconds in jiffies.
fn seconds(count: u32) -> usize {
    // CAST: A u32 fits a usize.
    count.saturating_mul(abi::HZ) as usize
}

/// Jiffies between two looks of one who waits.
fn look() -> usize {
    // CAST: A u32 fits a usize.
    (abi::HZ / LOOKS_A_SECOND) as usize
}
