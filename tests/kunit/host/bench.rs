// SPDX-License-Identifier: GPL-2.0

//! One LLDD with its ports, which a case begins with and ends with.

#![deny(unsafe_code)]

use kernel::{
    faux,
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    }, //
};

use crate::{
    cases::outcome::{
        ensure,
        ensure_eq,
        CaseResult,
        OrFail, //
    },
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        host::Template,
        ports::PortInfo,
        registration::Object, //
    }, //
};

use super::{
    controller::{
        Controller,
        Phase, //
    },
    lldd::Lldd,
    model::Wanted,
    options::{
        self,
        Wish, //
    },
    polls,
    ports,
    sleep_ms,
    template, //
};

/// How many of a kind were begun in this case.
pub(crate) fn begun(account: Account) -> u64 {
    ACCOUNTING.entry(account).opened
}

/// How many of a kind were ended in this case.
pub(crate) fn ended(account: Account) -> u64 {
    ACCOUNTING.entry(account).closed
}

/// Whether as many were ended as begun.
pub(crate) fn is_even(account: Account) -> bool {
    ACCOUNTING.entry(account).left() == 0
}

/// An LLDD, its ports, and what is behind them.
pub(crate) struct Bench {
    /// The LLDD.
    pub(crate) lldd: Arc<Lldd>,
    /// Its port, while it is registered.
    pub(crate) local: Option<Object>,
    /// The controller's port, while it is registered.
    pub(crate) remote: Option<Object>,
    /// What controllers are children of.
    parent: faux::Registration,
}

impl Bench {
    /// An LLDD without ports.
    pub(crate) fn bare(template: Template, wanted: Wanted) -> CaseResult<Self> {
        ACCOUNTING.reset();
        Ok(Self {
            lldd: Lldd::new(template, wanted).or_fail()?,
            local: None,
            remote: None,
            parent: faux::Registration::new(c"nvme-fc-kunit", None).or_fail()?,
        })
    }

    /// An LLDD with both ports.
    pub(crate) fn new(wanted: Wanted) -> CaseResult<Self> {
        Self::with(template::whole(), wanted)
    }

    /// As [`Bench::new`], with a template.
    pub(crate) fn with(template: Template, wanted: Wanted) -> CaseResult<Self> {
        let mut bench = Self::bare(template, wanted)?;
        bench.add_local()?;
        bench.add_remote()?;
        Ok(bench)
    }

    /// Registers the local port.
    pub(crate) fn add_local(&mut self) -> CaseResult {
        let local = ports::register_local(&self.lldd, &ports::LOCAL, core::ptr::null_mut());
        self.local = Some(local.or_fail()?);
        Ok(())
    }

    /// Registers the remote port.
    pub(crate) fn add_remote(&mut self) -> CaseResult {
        self.add_remote_as(&ports::REMOTE)
    }

    /// Registers the remote port as `info` says.
    pub(crate) fn add_remote_as(&mut self, info: &PortInfo) -> CaseResult {
        let local = self.local.or_fail()?;
        self.remote = Some(ports::register_remote(&self.lldd, local, info).or_fail()?);
        Ok(())
    }

    /// Unregisters the remote port.
    pub(crate) fn drop_remote(&mut self) -> CaseResult {
        let remote = self.remote.take().or_fail()?;
        ensure_eq!(ports::unregister(remote), 0);
        Ok(())
    }

    /// Unregisters the local port.
    pub(crate) fn drop_local(&mut self) -> CaseResult {
        let local = self.local.take().or_fail()?;
        ensure_eq!(ports::unregister(local), 0);
        Ok(())
    }

    /// What controllers are children of.
    pub(crate) fn parent(&self) -> ports::RawDevice {
        ports::device_of(&self.parent)
    }

    /// Makes a controller.
    pub(crate) fn try_connect(&self, wish: &Wish) -> Result<Controller, c_int> {
        options::connect(self.parent(), &self.lldd, wish)
    }

    /// Makes a controller; that must be possible.
    #[track_caller]
    pub(crate) fn connect(&self, wish: &Wish) -> CaseResult<Controller> {
        self.try_connect(wish).or_fail()
    }

    /// Makes a controller, and waits until it is in service.
    #[track_caller]
    pub(crate) fn live(&self, wish: &Wish) -> CaseResult<Controller> {
        let ctrl = self.connect(wish)?;
        ctrl.wait(Phase::Live, 5)?;
        Ok(ctrl)
    }

    /// Waits until the LLDD has all exchanges back, and has heard of the end of
    /// every queue.
    pub(crate) fn queues_are_over(&self) -> bool {
        self.until(10, |lldd| lldd.in_flight() == 0 && is_even(Account::Queues))
    }

    /// Waits for a condition.
    pub(crate) fn until(&self, seconds: u32, condition: impl Fn(&Lldd) -> bool) -> bool {
        for _ in 0..polls(seconds) {
            if condition(&self.lldd) {
                return true;
            }
            sleep_ms(5);
        }
        condition(&self.lldd)
    }

    /// Unregisters what is registered, and waits for the end of it.
    fn close(&mut self) -> bool {
        if let Some(remote) = self.remote.take() {
            ports::unregister(remote);
        }
        if let Some(local) = self.local.take() {
            ports::unregister(local);
        }
        self.until(10, |lldd| {
            lldd.threads.load(Relaxed) == 0
                && lldd.in_flight() == 0
                && is_even(Account::RemotePorts)
                && is_even(Account::LocalPorts)
                && is_even(Account::HostReceived)
        })
    }

    /// Ends a case: everything must be over, every account even, and nothing amiss.
    pub(crate) fn end(mut self) -> CaseResult {
        let over = self.close();
        ensure_eq!(ACCOUNTING.violations(), 0, "see above");
        for account in Account::ALL {
            ensure!(is_even(*account), "{}", account.name());
        }
        ensure!(over, "something does not end");
        Ok(())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !self.close() {
            self.lldd.give_up();
            if !self.close() {
                pr_err!("kunit: the transport still has the LLDD, which stays\n");
                core::mem::forget(self.lldd.clone());
            }
        }
    }
}
