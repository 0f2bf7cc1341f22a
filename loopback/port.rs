// SPDX-License-Identifier: GPL-2.0

//! A port of this LLDD: what it is like, and its registration with a
//! transport.

#[allow(unsafe_code, reason = "a reference that nvmet-fc holds")]
pub(crate) mod host_handle;
#[allow(unsafe_code, reason = "wraps platform devices")]
pub(crate) mod platform;
pub(crate) mod record;
#[allow(unsafe_code, reason = "calls the transports")]
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
};

use crate::{
    control::pending,
    dma::memory::Bus,
    entry::template::Template,
    plan::{
        accounts::Account,
        config::{
            Config,
            Role, //
        },
        kind::Kind,
        life::{
            Change,
            Life, //
        },
        mode::Delivery,
        rules::Event, //
    },
    port::{
        host_handle::HostHandle,
        platform::Platform,
        record::Records, //
    },
    support::{
        books::BOOKS,
        context,
        gate::Gate,
        ticket::{
            Fires,
            Ticket, //
        }, //
    }, //
};

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
    pub(crate) gate: Gate,
    /// Its registration.
    #[pin]
    life: SpinLockIrq<Registration>,
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
    tickets: Atomic<u64>,
    /// Injected frames under way.
    injected: Atomic<u64>,
    /// User space has removed the port.
    retired: Atomic<bool>,
    /// A remote port is to be announced anew.
    #[pin]
    rescan: Ticket,
}

// SAFETY: There is one slot, made for it by `new`.
unsafe impl Fires for Port {
    fn ticket(&self, _slot: usize) -> Option<&Ticket> {
        Some(&self.rescan)
    }

    fn fire(self: Arc<Self>, _slot: usize) {
        // Gone by now is no error.
        let _ = register::rescan(&self);
    }
}

/// A port's registration.
struct Registration {
    /// Where it is.
    life: Life,
    /// The transport's object of the last registration.
    object: usize,
}

impl Port {
    /// A port that is not registered. Context: may sleep.
    pub(crate) fn new(role: Role, config: &Config) -> Result<Arc<Self>> {
        let config = *config;
        let template = match role {
            Role::Local => Some(Template::host(&config)?),
            Role::Target => Some(Template::target(&config)?),
            Role::Remote => None,
        };
        let device = match role {
            Role::Remote => None,
            _ => Platform::new(&config)?,
        };
        Arc::pin_init(
            pin_init!(Self {
                role,
                config,
                template,
                device,
                gate <- Gate::new(),
                life <- new_spinlock_irq!(Registration {
                    life: Life::Gone,
                    object: 0,
                }),
                change <- new_mutex!(()),
                hosts <- new_spinlock_irq!(KVec::new()),
                records <- Records::new(),
                lock <- new_spinlock_irq!(()),
                tickets: Atomic::new(0),
                injected: Atomic::new(0),
                retired: Atomic::new(false),
                rescan <- Ticket::new::<Self>(0),
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

    /// Registers the port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's; `EALREADY` when it is registered, `ENOENT` for a
    /// remote port whose local port is not.
    pub(crate) fn enable(&self) -> Result {
        let _change = self.change.lock();
        if self.gate.is_open() {
            return Err(EALREADY);
        }
        let object = register::register(self)?;
        let change = {
            let mut registration = self.life.lock();
            let same = registration.object == object;
            registration.object = object;
            registration.life.register(same)
        };
        if change == Change::Opened {
            context::hold_module();
            BOOKS.open(self.account());
        }
        self.gate.open(object);
        register::spoil_private(self, object);
        Ok(())
    }

    /// Unregisters the port. It may take its transport a while to let go.
    /// Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENODEV` when it is not registered; the transport's.
    pub(crate) fn disable(&self) -> Result {
        let _change = self.change.lock();
        let object = self.gate.close().ok_or(ENODEV)?;
        self.life.lock().life.unregister();
        if self.role == Role::Target {
            pending::release_target(self);
        }
        register::unregister(self, object)
    }

    /// The transport reports the port gone. Context: that of the transport's
    /// callback.
    pub(crate) fn deleted(&self) {
        let result = self.life.lock().life.deleted();
        match result {
            Ok(_) => {
                // An adapter may go once its port is reported gone.
                if let Some(device) = &self.device {
                    device.expect_no_mapping();
                }
                if self.role == Role::Target {
                    self.forget_hosts();
                }
                BOOKS.close(self.account());
                context::let_module_go();
            }
            Err(offence) => BOOKS.offend(offence),
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
        self.device
            .as_ref()
            .map_or(Bus(core::ptr::null_mut()), Platform::bus)
    }

    /// Where a completion of this port goes.
    pub(crate) fn delivery(&self) -> Delivery {
        let ticket = self.tickets.fetch_add(1, Relaxed);
        self.config.mode.delivery(self.config.delay, ticket)
    }

    /// An operation on this port, for the fault plan.
    pub(crate) fn event(&self, kind: Kind, code: u16, queue: u16) -> Event {
        Event {
            kind,
            port: self.config.port_name,
            code,
            queue,
        }
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
    pub(crate) fn take_host(&self, port_name: u64) -> Option<Arc<HostHandle>> {
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
