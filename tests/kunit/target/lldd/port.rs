// SPDX-License-Identifier: GPL-2.0

//! The scripted host's port.

use core::ptr;

use kernel::{
    error::to_result,
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::{Atomic, Full, Relaxed},
        Arc, SpinLockIrq,
    },
    types::Opaque,
};

use super::{
    books::{Books, Call},
    config::Config,
    exchange::Exchange,
    host::Host,
    script::{Place, Script, SentPlan},
    sent::Sent,
    service::{Plan, Service},
    threads,
};
use crate::{
    abi,
    cases::outcome::{
        CaseResult,
        OrFail, //
    },
    shared::support::completion::Completion, //
};

/// A port. Lives until its cases are through, which is after
/// `targetport_delete`.
#[pin_data]
pub(crate) struct Port {
    /// What the transport was given. Does not change.
    template: Opaque<abi::nvmet_fc_target_template>,
    /// The transport's object; 0 without one.
    object: Atomic<usize>,
    /// The books.
    pub(crate) books: Books,
    /// Link services of the target's.
    #[pin]
    pub(super) sent: SpinLockIrq<Sent>,
    /// Exchanges that had an operation held.
    #[pin]
    kept: SpinLockIrq<KVec<Arc<Exchange>>>,
    /// The case is over, and nothing is held any more.
    calm: Atomic<bool>,
    /// So many more link services follow, each when one is answered.
    pub(super) flood: Atomic<i32>,
    /// `targetport_delete` came.
    #[pin]
    deleted: Completion,
}

// SAFETY: The template does not change; the rest does its own locking.
unsafe impl Send for Port {}
// SAFETY: As above.
unsafe impl Sync for Port {}

impl Port {
    /// How long anything may take, jiffies.
    pub(crate) const PATIENCE: usize = 30 * abi::HZ as usize;

    /// A port that the transport does not know, with a template that `change`
    /// had a look at. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(super) fn unregistered(
        config: &Config,
        change: impl FnOnce(&mut abi::nvmet_fc_target_template),
    ) -> Result<Arc<Self>> {
        let mut template = config.template();
        change(&mut template);
        let kept = KVec::with_capacity(512, GFP_KERNEL)?;
        Arc::pin_init(
            pin_init!(Self {
                template: Opaque::new(template),
                object: Atomic::new(0),
                books: Books::new(),
                sent <- new_spinlock_irq!(Sent {
                    plan: SentPlan::Accept(Place::Now),
                    held: 0,
                    last: None,
                    handle: 0,
                }),
                kept <- new_spinlock_irq!(kept),
                calm: Atomic::new(false),
                flood: Atomic::new(0),
                deleted <- Completion::new(),
            }),
            GFP_KERNEL,
        )
    }

    /// Registers a port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's.
    pub(crate) fn register(config: &Config) -> Result<Arc<Self>> {
        Self::register_slowly(config, || ())
    }

    /// The same by an LLDD that does something else before it fills in its part of
    /// the port.
    ///
    /// # Errors
    ///
    /// The transport's.
    pub(crate) fn register_slowly(config: &Config, between: impl FnOnce()) -> Result<Arc<Self>> {
        let port = Self::unregistered(config, |_| {})?;
        port.enlist(config, between)?;
        Ok(port)
    }

    /// Makes the port known to the transport. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's; `EBADF` if it left a pointer all the same.
    pub(super) fn enlist(self: &Arc<Self>, config: &Config, between: impl FnOnce()) -> Result {
        let (mut info, mut object) = (config.info(), ptr::dangling_mut());
        // SAFETY: The template lives as long as the port, which outlives its
        // object.
        let outcome = to_result(unsafe {
            abi::nvmet_fc_register_targetport(
                &mut info,
                self.template.get(),
                ptr::null_mut(),
                &mut object,
            )
        });
        if outcome.is_err() {
            return if object.is_null() {
                outcome
            } else {
                Err(EBADF)
            };
        }
        between();
        // SAFETY: Registered; the area is as large as was asked for.
        unsafe {
            let area = (*object).private.cast::<usize>();
            if *area != 0 {
                self.books.offend("a private area that is not zeroed");
            }
            *area = Arc::as_ptr(self) as usize;
            if ((*object).node_name, (*object).port_name) != (config.node, config.port) {
                self.books.offend("other names than were registered");
            }
        }
        self.object.store(object as usize, Relaxed);
        Ok(())
    }

    /// The transport's object.
    pub(crate) fn object(&self) -> *mut abi::nvmet_fc_target_port {
        self.object.load(Relaxed) as *mut _
    }

    /// Whether that is the transport's object.
    pub(super) fn is(&self, object: *mut abi::nvmet_fc_target_port) -> bool {
        ptr::eq(object, self.object())
    }

    /// The port behind the transport's object.
    ///
    /// # Safety
    ///
    /// The object is one that [`Port::register`] made, and still there.
    pub(super) unsafe fn of<'a>(object: *mut abi::nvmet_fc_target_port) -> &'a Self {
        // SAFETY: Its private area has the pointer, and the port outlives it.
        unsafe { &*(*(*object).private.cast::<*const Self>()) }
    }

    /// Whether an object has a port by now.
    ///
    /// # Safety
    ///
    /// As for [`Port::of`].
    pub(super) unsafe fn is_filled_in(object: *mut abi::nvmet_fc_target_port) -> bool {
        // SAFETY: The private area is as large as was asked for, and zeroed first.
        unsafe { *(*object).private.cast::<usize>() != 0 }
    }

    /// `targetport_delete`.
    pub(super) fn deleted(&self, object: *mut abi::nvmet_fc_target_port) {
        self.books.count(Call::TargetPortDelete);
        if !self.is(object) {
            self.books.offend("the end of another port");
        }
        if self.books.calls(Call::TargetPortDelete) != 1 {
            self.books.offend("a second end of the port");
        }
        self.deleted.complete_all();
    }

    /// Unregisters the port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's.
    pub(crate) fn unregister(&self) -> Result {
        // SAFETY: Registered, and `targetport_delete` did not come before, as
        // the case knows.
        to_result(unsafe { abi::nvmet_fc_unregister_targetport(self.object()) })
    }

    /// Waits for `targetport_delete`. Context: may sleep.
    pub(crate) fn wait_deleted(&self) -> bool {
        self.deleted.wait_timeout(Self::PATIENCE)
    }

    /// Whether `targetport_delete` came by now.
    pub(crate) fn is_deleted(&self) -> bool {
        self.books.calls(Call::TargetPortDelete) != 0
    }

    /// Waits. Context: may sleep.
    pub(crate) fn pause(&self, milliseconds: u32) {
        if milliseconds != 0 {
            // SAFETY: The caller may sleep.
            unsafe { abi::msleep(milliseconds) };
        }
    }

    /// Has something done in a thread of its own. Context: may sleep.
    pub(crate) fn in_thread(self: &Arc<Self>, work: impl FnOnce() + Send + 'static) -> CaseResult {
        let this = self.clone();
        self.books.threads.add(1, Relaxed);
        threads::threads()
            .try_spawn(GFP_KERNEL, move || {
                work();
                this.books.threads.add(-1, Relaxed);
            })
            .or_fail()
    }

    /// Waits until something is so. Context: may sleep.
    pub(crate) fn wait_until(&self, is_so: impl Fn(&Self) -> bool) -> bool {
        for _ in 0..3000 {
            if is_so(self) {
                return true;
            }
            self.pause(10);
        }
        false
    }

    /// Delivers a link service from a host. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's.
    pub(crate) fn ls(
        self: &Arc<Self>,
        host: Option<&Host>,
        payload: &[u8],
        plan: Plan,
    ) -> Result<Arc<Service>> {
        let service = Service::new(self, plan)?;
        let handle = host.map_or(ptr::null_mut(), Host::handle);
        service.deliver(self.object(), handle, payload)?;
        Ok(service)
    }

    /// Delivers a command; also says what the transport said. Context: may
    /// sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn command(
        self: &Arc<Self>,
        command: &[u8],
        data: KVVec<u8>,
        script: Script,
    ) -> Result<(Arc<Exchange>, Result)> {
        let exchange = Exchange::new(self, command, data, script)?;
        let outcome = exchange.deliver(self.object());
        Ok((exchange, outcome))
    }

    /// From now on, the answer to a link service is followed by another one at
    /// once, so many times. Says how many of those before were left.
    pub(crate) fn flood(&self, count: i32) -> i32 {
        self.flood.xchg(count, Full)
    }

    /// Remembers an exchange, an operation of which is held.
    pub(super) fn keep(&self, exchange: Arc<Exchange>) {
        if self.kept.lock().push_within_capacity(exchange).is_err() {
            self.books.offend("more held than there is room for");
        }
    }

    /// Whether nothing is to be held any more.
    pub(super) fn is_calm(&self) -> bool {
        self.calm.load(Relaxed)
    }

    /// The case is over: lets everything go on that is held.
    pub(crate) fn calm_down(&self) {
        self.calm.store(true, Relaxed);
        loop {
            let Some(exchange) = self.kept.lock().pop() else {
                break;
            };
            exchange.let_go_if_held();
        }
        self.let_sent_go();
    }

    /// The host aborts an exchange.
    pub(super) fn abort(&self, request: *mut abi::nvmefc_tgt_fcp_req) {
        // SAFETY: The port is registered, and the exchange's memory is there.
        unsafe { abi::nvmet_fc_rcv_fcp_abort(self.object(), request) };
    }

    /// A host logs out.
    pub(crate) fn invalidate(&self, host: &Host) {
        // SAFETY: The port is registered, the host is kept.
        unsafe { abi::nvmet_fc_invalidate_host(self.object(), host.handle()) };
    }

    /// The whole life of a port has passed: nothing of it is left. Context: may
    /// sleep.
    pub(crate) fn is_even(&self) -> CaseResult {
        self.wait_until(|port| port.books.threads.load(Relaxed) == 0);
        self.books.are_even()
    }
}
