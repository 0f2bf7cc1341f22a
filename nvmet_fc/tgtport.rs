// SPDX-License-Identifier: GPL-2.0

//! Target ports: the objects that LLDDs register.

#![deny(unsafe_code)]

mod associations;
mod bindings;
pub(crate) mod listing;
pub(crate) mod ls;
pub(crate) mod register;
pub(crate) mod registry;
pub(crate) mod registry_lock;

use core::ops::Deref;

use kernel::{
    alloc::KVVec,
    impl_has_work,
    new_spinlock_irq,
    new_work,
    prelude::*,
    sync::{
        Arc,
        SpinLockIrq, //
    },
    time::{
        Instant,
        Monotonic, //
    },
    workqueue::{
        impl_has_delayed_work,
        new_delayed_work,
        DelayedWork,
        Work, //
    }, //
};

use crate::{
    association::Association,
    counts,
    ls::receive::{
        LsContexts,
        CONTEXTS, //
    },
    port::{
        core::{
            Hold,
            PortCore,
            PortUses, //
        },
        room::{
            ASSOCIATIONS_EXISTING,
            ASSOCIATIONS_MAX, //
        }, //
    },
    queue::ConnTable,
    shared::{
        fc::{
            port::TargetPortInfo,
            target_exports::impl_target_port,
            target_template::TargetTemplate, //
        },
        support::{
            books::Entry,
            completion::Completion,
            device::DeviceRef,
            held::Held,
            module_ref::ModuleRef,
            rcu_table::RcuTable, //
        }, //
    },
    NvmetFcModule, //
};

/// Work item that processes received link services.
const LS_WORK: u64 = 0;
/// Work item that delivers `targetport_delete`.
const DELETE_WORK: u64 = 1;
/// Work item that tells the LLDD that the discovery log changed.
const EVENT_WORK: u64 = 2;

/// A target port. Its memory is shared by [`Arc`]; as long as there is a [`Hold`],
/// the LLDD knows it.
///
/// # Invariants
///
/// `core` is the first field, and what the LLDD has a pointer to.
#[pin_data]
#[repr(C)]
pub(crate) struct TargetPort {
    /// What is below all that it carries.
    #[pin]
    core: PortUses,
    /// Finds a connection's queue.
    #[pin]
    pub(crate) connections: ConnTable,
    /// Finds an association by its identifier, until its delete work begins.
    #[pin]
    identifiers: RcuTable<Association, 256>,
    /// Associations whose delete work has not begun. Room for all was made.
    #[pin]
    associations: SpinLockIrq<KVVec<Arc<Association>>>,
    /// Received link services.
    pub(crate) ls: Arc<LsContexts>,
    /// Processes them.
    #[pin]
    ls_work: Work<Self, { LS_WORK }>,
    /// Delivers `targetport_delete`.
    #[pin]
    delete_work: Work<Self, { DELETE_WORK }>,
    /// When it was made.
    since: Instant<Monotonic>,
    /// Tells the LLDD that the discovery log changed, if that was too early.
    #[pin]
    event_work: DelayedWork<Self, { EVENT_WORK }>,
    /// `targetport_delete` was delivered.
    #[pin]
    deleted: Completion,
    /// It among those in memory.
    _entry: Entry,
    /// Keeps the module: an LLDD that does not wait for `targetport_delete` may be
    /// gone before its port, and then nothing else does.
    _module: ModuleRef<NvmetFcModule>,
}

impl_has_work! {
    impl HasWork<Self, { LS_WORK }> for TargetPort { self.ls_work }
    impl HasWork<Self, { DELETE_WORK }> for TargetPort { self.delete_work }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, { EVENT_WORK }> for TargetPort { self.event_work }
}

impl_target_port! {
    TargetPort { self.core.part.lldd }
}

impl TargetPort {
    /// A target port that nobody holds. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, also when link service responses cannot be mapped.
    pub(crate) fn new(
        info: &TargetPortInfo,
        template: TargetTemplate,
        device: DeviceRef,
        number: u32,
    ) -> Result<Arc<Self>> {
        let module = ModuleRef::new()?;
        let ls = LsContexts::new(&device)?;
        let associations = KVVec::with_capacity(ASSOCIATIONS_MAX, GFP_KERNEL)?;
        let hosts = ASSOCIATIONS_EXISTING + CONTEXTS;
        let core = PortCore::new(info, template, device, number, hosts)?;
        Arc::pin_init(
            try_pin_init!(Self {
                core <- Held::new(core),
                connections <- ConnTable::new(),
                identifiers <- RcuTable::new(),
                associations <- new_spinlock_irq!(associations, "nvmet_fc::associations"),
                ls,
                ls_work <- new_work!("nvmet_fc::ls"),
                delete_work <- new_work!("nvmet_fc::port_delete"),
                since: Instant::now(),
                event_work <- new_delayed_work!("nvmet_fc::event"),
                deleted <- Completion::new(),
                _entry: counts::TARGET_PORTS.enter(),
                _module: module,
            }? Error),
            GFP_KERNEL,
        )
    }

    /// Itself, held.
    fn held(self: &Arc<Self>) -> Option<HeldPort> {
        Some(HeldPort {
            hold: Hold::try_new(&self.core)?,
            port: self.clone(),
        })
    }
}

impl Deref for TargetPort {
    type Target = PortCore;

    #[inline]
    fn deref(&self) -> &PortCore {
        &self.core
    }
}

/// A target port that is held.
#[derive(Clone)]
pub(crate) struct HeldPort {
    /// The hold.
    hold: Hold,
    /// The port.
    port: Arc<TargetPort>,
}

impl Deref for HeldPort {
    type Target = Arc<TargetPort>;

    fn deref(&self) -> &Arc<TargetPort> {
        &self.port
    }
}
