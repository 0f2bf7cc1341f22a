// SPDX-License-Identifier: GPL-2.0

//! One LLDD with its ports, which a case begins with and ends with.

#![deny(unsafe_code)]

use kernel::{
    faux,
    prelude::*,
    sync::Arc, //
};

use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult,
    OrFail, //
};

use super::{
    books::Counts,
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
    ports::{
        self,
        Info,
        LocalPort,
        RemotePort, //
    },
    sleep_ms,
    template::Template, //
};

/// An LLDD, its ports, and what is behind them.
pub(crate) struct Bench {
    /// The LLDD.
    pub(crate) lldd: Arc<Lldd>,
    /// Its port, while it is registered.
    pub(crate) local: Option<LocalPort>,
    /// The controller's port, while it is registered.
    pub(crate) remote: Option<RemotePort>,
    /// What controllers are children of.
    parent: faux::Registration,
}

impl Bench {
    /// An LLDD without ports.
    pub(crate) fn bare(template: Template, wanted: Wanted) -> CaseResult<Self> {
        Ok(Self {
            lldd: Lldd::new(template, wanted).or_fail()?,
            local: None,
            remote: None,
            parent: faux::Registration::new(c"nvme-fc-kunit", None).or_fail()?,
        })
    }

    /// An LLDD with both ports.
    pub(crate) fn new(wanted: Wanted) -> CaseResult<Self> {
        Self::with(Template::whole(), wanted)
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
        let local = ports::register_local(&self.lldd, &Info::LOCAL, core::ptr::null_mut());
        self.local = Some(local.or_fail()?);
        Ok(())
    }

    /// Registers the remote port.
    pub(crate) fn add_remote(&mut self) -> CaseResult {
        self.add_remote_as(&Info::REMOTE)
    }

    /// Registers the remote port as `info` says.
    pub(crate) fn add_remote_as(&mut self, info: &Info) -> CaseResult {
        let local = self.local.or_fail()?;
        self.remote = Some(ports::register_remote(&self.lldd, local, info).or_fail()?);
        Ok(())
    }

    /// Unregisters the remote port.
    pub(crate) fn drop_remote(&mut self) -> CaseResult {
        let remote = self.remote.take().or_fail()?;
        ensure_eq!(ports::unregister_remote(remote), 0);
        Ok(())
    }

    /// Unregisters the local port.
    pub(crate) fn drop_local(&mut self) -> CaseResult {
        let local = self.local.take().or_fail()?;
        ensure_eq!(ports::unregister_local(local), 0);
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
        self.until(10, |lldd| {
            let counts = &lldd.books.counts;
            lldd.in_flight() == 0 && counts.queues_made.get() == counts.queues_deleted.get()
        })
    }

    /// Counters.
    pub(crate) fn counts(&self) -> &Counts {
        &self.lldd.books.counts
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
            ports::unregister_remote(remote);
        }
        if let Some(local) = self.local.take() {
            ports::unregister_local(local);
        }
        self.until(10, |lldd| {
            let counts = &lldd.books.counts;
            counts.threads.get() == 0
                && lldd.in_flight() == 0
                && counts.remotes.get() == counts.remotes_deleted.get()
                && counts.locals.get() == counts.locals_deleted.get()
                && counts.received.get() == counts.responses.get()
        })
    }

    /// Ends a case: everything must be over, and the books balanced.
    pub(crate) fn end(mut self) -> CaseResult {
        let over = self.close();
        self.lldd.books.clean()?;
        self.lldd.books.balanced()?;
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
