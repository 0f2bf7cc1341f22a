// SPDX-License-Identifier: GPL-2.0

//! A port of this LLDD: what it is like, and its life.

#[allow(unsafe_code, reason = "wraps platform devices")]
pub(crate) mod platform;
pub(crate) mod record;
#[allow(unsafe_code, reason = "vouches for what it registers")]
pub(crate) mod register;
#[allow(unsafe_code, reason = "makes a global lock")]
pub(crate) mod registry;

use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, Full, Relaxed},
        new_mutex,
        new_spinlock_irq,
        Arc,
        Mutex,
        SpinLockIrq, //
    },
    time::{
        Instant,
        Monotonic, //
    }, //
};

use crate::{
    lldd::{
        account::{
            Account,
            Violation, //
        },
        accounting::ACCOUNTING,
        host,
        host_handle::HostHandle,
        kind::Kind,
        registration::Registration,
        scatter::Bus,
        target, //
    },
    plan::{
        config::{
            Config,
            Role, //
        },
        habits,
        life::{
            Change,
            Life, //
        },
        mode::Delivery,
        rules::{
            decide,
            Event,
            Fault,
            Rule, //
        }, //
    },
    port::{
        platform::Platform,
        record::Records, //
    },
    support::{
        context,
        delayed::{
            DelayedEvent,
            EventSource, //
        },
        plan_store, //
    }, //
};

/// What a transport calls for a port.
pub(crate) enum Template {
    /// For a local port.
    Host(host::Template),
    /// For a target port.
    Target(target::Template),
}

/// A port.
#[pin_data]
pub(crate) struct Port {
    /// What it is.
    pub(crate) role: Role,
    /// What it is like.
    pub(crate) config: Config,
    /// What its transport calls; remote ports use their local port's.
    pub(crate) template: Option<Template>,
    /// Its device, if it has one.
    pub(crate) device: Option<Platform>,
    /// Calls about it are made inside this.
    #[pin]
    pub(crate) registration: Registration,
    /// How far its registration is.
    #[pin]
    life: SpinLockIrq<Known>,
    /// One change at a time.
    #[pin]
    change: Mutex<()>,
    /// The hosts that a target port knows.
    #[pin]
    pub(crate) hosts: SpinLockIrq<KVec<Arc<HostHandle>>>,
    /// Answers to injected frames.
    #[pin]
    pub(crate) records: Records,
    /// Held around the host's `done` where the configuration says so.
    #[pin]
    pub(crate) lock: SpinLockIrq<()>,
    /// Numbers the completions.
    completions: Atomic<u64>,
    /// Injected frames under way.
    injected: Atomic<u64>,
    /// User space has removed the port.
    retired: Atomic<bool>,
    /// A remote port is to be announced anew.
    #[pin]
    rescan: DelayedEvent,
    /// What goes wrong by habit.
    #[pin]
    habits: SpinLockIrq<KVec<Rule>>,
}

// SAFETY: There is one event, made for it by `new`.
unsafe impl EventSource for Port {
    fn delayed(&self, _event: usize) -> Option<&DelayedEvent> {
        Some(&self.rescan)
    }

    fn fire(self: Arc<Self>, _event: usize) {
        // Gone by now is no error.
        let _ = self.rescan();
    }
}

/// How long ago that was.
fn in_milliseconds(then: Instant<Monotonic>) -> u64 {
    u64::try_from(then.elapsed().as_millis()).unwrap_or(0)
}

/// What is known of a port's registrations.
struct Known {
    /// How far the last one is.
    life: Life,
    /// The transport's object of the last one.
    object: usize,
    /// Since when the transport owes the report that it is gone.
    owed_since: Option<Instant<Monotonic>>,
    /// The longest, in milliseconds, that something was kept since the last
    /// unregistration after the transport wanted it back.
    kept: u64,
}

/// The rules of a port's habits. Context: may sleep.
fn habitual(role: Role, config: &Config) -> Result<KVec<Rule>> {
    let mut rules = KVec::new();
    if let Some(habits) = config.habits {
        for line in role.side(habits).rules {
            rules.push(Rule::parse(line).map_err(|_| EINVAL)?, GFP_KERNEL)?;
        }
    }
    Ok(rules)
}

impl Port {
    /// A port that is not registered; remote ports have no template. Context: may sleep.
    pub(crate) fn new(
        role: Role,
        config: &Config,
        template: Option<Template>,
    ) -> Result<Arc<Self>> {
        let config = *config;
        let device = match role {
            Role::Remote => None,
            _ => Platform::new(&config)?,
        };
        let rules = habitual(role, &config)?;
        Arc::pin_init(
            pin_init!(Self {
                role,
                config,
                template,
                device,
                registration <- Registration::new(),
                life <- new_spinlock_irq!(Known {
                    life: Life::Gone,
                    object: 0,
                    owed_since: None,
                    kept: 0,
                }),
                change <- new_mutex!(()),
                hosts <- new_spinlock_irq!(KVec::new()),
                records <- Records::new(),
                lock <- new_spinlock_irq!(()),
                completions: Atomic::new(0),
                injected: Atomic::new(0),
                retired: Atomic::new(false),
                rescan <- DelayedEvent::new::<Self>(0),
                habits <- new_spinlock_irq!(rules),
            }),
            GFP_KERNEL,
        )
    }

    /// The account of ports like this.
    fn account(&self) -> Account {
        match self.role {
            Role::Local => Account::LocalPorts,
            Role::Remote => Account::RemotePorts,
            Role::Target => Account::TargetPorts,
        }
    }

    /// Where the port is in its life.
    pub(crate) fn life(&self) -> Life {
        self.life.lock().life
    }

    /// The port was registered, and this is the transport's object.
    fn begin_life(&self, object: usize) -> Change {
        let mut known = self.life.lock();
        let same = known.object == object;
        known.object = object;
        known.owed_since = None;
        known.life.register(same)
    }

    /// Unregisters the port, after `before`. It may take its transport a while to let go. Context: may
    /// sleep.
    ///
    /// # Errors
    ///
    /// `ENODEV` when it is not registered; the transport's.
    pub(crate) fn disable(&self, before: impl FnOnce()) -> Result {
        let _change = self.change.lock();
        self.registration.unregister(|| {
            {
                let mut known = self.life.lock();
                known.life.unregister();
                known.kept = 0;
            }
            before();
        })?;
        // From here on an LLDD waits.
        let mut known = self.life.lock();
        if known.life == Life::Draining {
            known.owed_since = Some(Instant::now());
        }
        Ok(())
    }

    /// Something comes back that the transport wanted back then. Context: any.
    pub(crate) fn gave_back(&self, wanted: Instant<Monotonic>) {
        let milliseconds = in_milliseconds(wanted);
        let mut known = self.life.lock();
        known.kept = known.kept.max(milliseconds);
    }

    /// Makes nvme-fc announce a remote port anew. Context: may sleep.
    pub(crate) fn rescan(&self) -> Result {
        self.registration.enter().ok_or(ENODEV)?.rescan();
        Ok(())
    }

    /// Changes a remote port's device loss timeout, seconds, from atomic context as lpfc does.
    pub(crate) fn set_dev_loss(&self, seconds: u32) -> Result {
        let pass = self.registration.enter().ok_or(ENODEV)?;
        let _atomic = self.lock.lock();
        pass.set_dev_loss(seconds)
    }

    /// Tells nvmet-fc that a host has logged out. Context: may sleep.
    pub(crate) fn invalidate_host(&self, port_name: u64) -> Result {
        let pass = self.registration.enter().ok_or(ENODEV)?;
        pass.invalidate_host(&self.take_host(port_name).ok_or(ENOENT)?);
        Ok(())
    }

    /// The transport reports the port gone. Context: that of the transport's
    /// callback.
    pub(crate) fn deleted(&self) {
        let behind = self.kept();
        let (result, waited, kept) = {
            let mut known = self.life.lock();
            let result = known.life.deleted();
            let waited = known.owed_since.take().map_or(0, in_milliseconds);
            (result, waited, known.kept.max(behind))
        };
        match result {
            Ok(_) => {
                if habits::is_too_late(self.config.patience, waited, kept) {
                    ACCOUNTING.violation(Violation::DeletedTooLate);
                }
                // An adapter may go once its port is reported gone.
                if let Some(device) = &self.device {
                    device.expect_no_mapping();
                }
                if self.role == Role::Target {
                    self.forget_hosts();
                }
                ACCOUNTING.close(self.account());
                context::let_module_go();
            }
            Err(violation) => ACCOUNTING.violation(violation),
        }
    }

    /// User space has removed the port: the registry may forget it when its
    /// transport has.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Relaxed);
    }

    /// Whether [`Port::retire`] was called.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Relaxed)
    }

    /// The bus of the port's device, null without one.
    pub(crate) fn bus(&self) -> Bus {
        self.device.as_ref().map_or(Bus::NONE, Platform::bus)
    }

    /// Where a completion of this port goes.
    pub(crate) fn delivery(&self) -> Delivery {
        let number = self.completions.fetch_add(1, Relaxed);
        self.config.mode.delivery(self.config.delay, number)
    }

    /// Counts an operation on this port, and says what is to go wrong with it. Context: any.
    pub(crate) fn fault(&self, kind: Kind, code: u16, queue: u16) -> Fault {
        let event = Event {
            kind,
            port: self.config.port_name,
            code,
            queue,
        };
        let planned = plan_store::fault(&event);
        let fault = match self.config.habits {
            Some(_) => planned.or_else(|| decide(&mut self.habits.lock(), &event)),
            None => planned,
        };
        fault.unwrap_or_default()
    }

    /// The handle of a host, made if need be. Context: any.
    pub(crate) fn host(&self, node_name: u64, port_name: u64) -> Result<Arc<HostHandle>> {
        let mut hosts = self.hosts.lock();
        if let Some(host) = hosts.iter().find(|host| host.port_name == port_name) {
            return Ok(host.clone());
        }
        let host = HostHandle::new(node_name, port_name)?;
        hosts.push(host.clone(), GFP_ATOMIC)?;
        Ok(host)
    }

    /// The host has logged out: takes its handle off the list, so that it gets
    /// a new one when it comes back.
    fn take_host(&self, port_name: u64) -> Option<Arc<HostHandle>> {
        let mut hosts = self.hosts.lock();
        let index = hosts.iter().position(|host| host.port_name == port_name)?;
        hosts.remove(index).ok()
    }

    /// The port is gone, and with it what its transport knew of the hosts.
    fn forget_hosts(&self) {
        let hosts = core::mem::take(&mut *self.hosts.lock());
        for host in &hosts {
            HostHandle::forget(host);
        }
    }

    /// Counts an injected frame that is under way; at most `limit` are.
    pub(crate) fn inject_begin(&self, limit: u64) -> bool {
        if self.injected.fetch_add(1, Full) < limit {
            return true;
        }
        self.injected.fetch_sub(1, Full);
        false
    }

    /// The counterpart of [`Port::inject_begin`].
    pub(crate) fn inject_end(&self) {
        self.injected.fetch_sub(1, Full);
    }
}
