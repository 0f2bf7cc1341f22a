// SPDX-License-Identifier: GPL-2.0

//! The scripted host's port.

use core::ptr;

use kernel::{
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::{Atomic, Full, Relaxed},
        Arc, ArcBorrow, SpinLockIrq,
    },
};

use super::{
    config::Config,
    exchange::Exchange,
    script::{Place, Script, SentPlan},
    sent::Sent,
    service::{Plan, Service},
    threads,
};
use crate::{
    abi,
    cases::outcome::{
        ensure_eq,
        CaseResult,
        OrFail, //
    },
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        buffer::Buffer,
        calls::Received,
        host_handle::HostHandle,
        ls_response::LsResponse,
        ports::TargetPort,
        registration::{self, Object, Pass},
        scatter::Bus,
        target::Template, //
    },
    shared::support::completion::Completion, //
};

/// A port. Lives until its cases are through, which is after
/// `targetport_delete`.
#[pin_data]
pub(crate) struct Port {
    /// What the transport was given. Does not change.
    template: Template,
    /// The transport's object; 0 without one.
    object: Atomic<usize>,
    /// Threads of ours.
    pub(super) threads: Atomic<i32>,
    /// Hosts that the transport was told of.
    #[pin]
    hosts: SpinLockIrq<KVec<Arc<HostHandle>>>,
    /// How often `targetport_delete` came.
    deletions: Atomic<i32>,
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
        // A case that has one port after the other counts for each anew.
        if ACCOUNTING.entry(Account::TargetPorts).left() == 0 {
            ACCOUNTING.reset();
        }
        let template = config.template(change);
        let kept = KVec::with_capacity(512, GFP_KERNEL)?;
        let hosts = KVec::with_capacity(64, GFP_KERNEL)?;
        Arc::pin_init(
            pin_init!(Self {
                template,
                object: Atomic::new(0),
                threads: Atomic::new(0),
                hosts <- new_spinlock_irq!(hosts),
                deletions: Atomic::new(0),
                sent <- new_spinlock_irq!(Sent {
                    plan: SentPlan::Accept(Place::Now),
                    held: None,
                    last: None,
                    host: None,
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
        let info = config.info();
        // SAFETY: The template lives as long as the port, which outlives its object.
        let object = unsafe { registration::register_target(&info, &self.template, Bus::NONE) }?;
        let Object::Target(raw) = object else {
            return Err(EBADF);
        };
        ACCOUNTING.open(Account::TargetPorts);
        between();
        // SAFETY: Registered; the area is as large as was asked for.
        unsafe {
            let area = (*raw).private.cast::<usize>();
            if *area != 0 {
                ACCOUNTING.unexpected("a private area that is not zeroed", 0);
            }
            *area = Arc::as_ptr(self) as usize;
            if ((*raw).node_name, (*raw).port_name) != (config.node, config.port) {
                ACCOUNTING.unexpected("other names than were registered", 0);
            }
        }
        self.object.store(raw as usize, Relaxed);
        Ok(())
    }

    /// The transport's object.
    pub(super) fn object(&self) -> *mut abi::nvmet_fc_target_port {
        self.object.load(Relaxed) as *mut _
    }

    /// The right to make calls about the port.
    fn pass(&self) -> Pass<'_> {
        // SAFETY: The object is there, as the case knows.
        unsafe { Pass::assume(Object::Target(self.object())) }
    }

    /// Whether that is the transport's object.
    pub(super) fn is(&self, object: &TargetPort) -> bool {
        ptr::eq(object.as_raw(), self.object())
    }

    /// The port behind the transport's object, once that is filled in.
    pub(super) fn of(object: &TargetPort) -> Option<Arc<Self>> {
        let area = object.private().area().cast::<*const Self>();
        // SAFETY: The area is as large as was asked for, and zeroed first.
        let port = unsafe { area.read() };
        if port.is_null() {
            return None;
        }
        // SAFETY: `enlist` wrote it there, and the case keeps the port until the object is gone.
        Some(unsafe { ArcBorrow::from_raw(port) }.into())
    }

    /// `targetport_delete`.
    pub(super) fn deleted(&self, object: &TargetPort) {
        if !self.is(object) {
            ACCOUNTING.unexpected("the end of another port", 0);
        }
        if self.deletions.fetch_add(1, Full) != 0 {
            ACCOUNTING.unexpected("a second end of the port", 0);
        }
        ACCOUNTING.close(Account::TargetPorts);
        while let Some(host) = self.take_host() {
            HostHandle::forget(&host);
        }
        self.deleted.complete_all();
    }

    /// One of the hosts that the transport was told of.
    fn take_host(&self) -> Option<Arc<HostHandle>> {
        self.hosts.lock().pop()
    }

    /// Remembers a host that the transport is told of.
    fn keep_host(&self, host: &Arc<HostHandle>) {
        let mut hosts = self.hosts.lock();
        if !hosts.iter().any(|known| Arc::ptr_eq(known, host))
            && hosts.push(host.clone(), GFP_ATOMIC).is_err()
        {
            ACCOUNTING.unexpected("no memory for a host", 0);
        }
    }

    /// Unregisters the port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's.
    pub(crate) fn unregister(&self) -> Result {
        // SAFETY: Registered, and `targetport_delete` did not come before, as the case knows.
        unsafe { registration::unregister(Object::Target(self.object())) }
    }

    /// Waits for `targetport_delete`. Context: may sleep.
    pub(crate) fn wait_deleted(&self) -> bool {
        self.deleted.wait_timeout(Self::PATIENCE)
    }

    /// Whether `targetport_delete` came by now.
    pub(crate) fn is_deleted(&self) -> bool {
        self.deletions() != 0
    }

    /// How often `targetport_delete` came.
    pub(crate) fn deletions(&self) -> i32 {
        self.deletions.load(Relaxed)
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
        self.threads.add(1, Relaxed);
        threads::threads()
            .try_spawn(GFP_KERNEL, move || {
                work();
                this.threads.add(-1, Relaxed);
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
        host: Option<&Arc<HostHandle>>,
        payload: &[u8],
        plan: Plan,
    ) -> Result<Arc<Service>> {
        let service = Service::new(self, plan)?;
        service.deliver(host, payload)?;
        Ok(service)
    }

    /// Hands the transport a link service. Context: may sleep.
    pub(super) fn deliver_ls(
        &self,
        host: Option<&Arc<HostHandle>>,
        response: LsResponse<Arc<Service>>,
        payload: &[u8],
    ) -> Result {
        if let Some(host) = host {
            self.keep_host(host);
        }
        let payload = Buffer::new(payload, 1, GFP_KERNEL)?;
        let result = self.pass().receive_ls(host, response, &payload);
        result.map_err(Error::from_errno)
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
        let exchange = Exchange::begin(self, command, data, script)?;
        let outcome = match self.pass().receive_fcp(&exchange) {
            Ok(Received::Started) => Ok(()),
            Ok(Received::Deferred) => Err(EOVERFLOW),
            Err(errno) => Err(Error::from_errno(errno)),
        };
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
            ACCOUNTING.unexpected("more held than there is room for", 0);
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
    pub(super) fn abort(&self, exchange: &Arc<Exchange>) {
        self.pass().abort_fcp(exchange);
    }

    /// A host logs out.
    pub(crate) fn invalidate(&self, host: &Arc<HostHandle>) {
        self.pass().invalidate_host(host);
    }

    /// What the transport has.
    pub(crate) fn open(&self) -> i64 {
        [
            Account::TargetCommands,
            Account::TargetReceived,
            Account::TargetServices,
        ]
        .into_iter()
        .map(|account| ACCOUNTING.entry(account).left())
        .sum()
    }

    /// The whole life of a port has passed: nothing of it is left. Context: may
    /// sleep.
    pub(crate) fn is_even(&self) -> CaseResult {
        self.wait_until(|port| port.threads.load(Relaxed) == 0);
        ensure_eq!(self.open(), 0, "with the transport");
        let deferred = ACCOUNTING.entry(Account::Deferred);
        ensure_eq!(
            deferred.left(),
            0,
            "deferred and not started, or the reverse"
        );
        ensure_eq!(ACCOUNTING.violations(), 0, "see above");
        Ok(())
    }
}
