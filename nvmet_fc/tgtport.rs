// SPDX-License-Identifier: GPL-2.0

//! Target ports: the objects that LLDDs register.

#![deny(unsafe_code)]

mod bindings;
pub(crate) mod ls;
pub(crate) mod register;
pub(crate) mod registry;
#[allow(unsafe_code, reason = "initialises a static")]
pub(crate) mod registry_lock;

use kernel::{
    alloc::KVVec,
    impl_has_work,
    new_mutex,
    new_spinlock_irq,
    new_work,
    prelude::*,
    sync::{
        atomic::Atomic,
        Arc,
        Mutex,
        Refcount,
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
    association::{
        quota::Room,
        Association, //
    },
    ls::{
        receive::{
            LsContexts,
            LsList,
            CONTEXTS, //
        },
        response::LsResponses, //
    },
    port::{
        host::HostTable,
        module_ref::ModuleRef, //
    },
    queue::ConnTable,
    shared::{
        fc::{
            port::TargetPortInfo,
            private_area::PrivateArea,
            target_exports::impl_target_port,
            target_template::{
                TargetLldd,
                TargetTemplate, //
            }, //
        },
        proto::traddr::Traddr,
        support::{
            completion::Completion,
            device::DeviceRef,
            ida::Ida, //
        }, //
    }, //
};

/// Associations that a target port takes: what bounds the memory that hosts can
/// have it allocate.
pub(crate) const ASSOCIATIONS_MAX: usize = 2048;
/// The same with those that end, which may take as long as the commands that
/// they have.
pub(crate) const ASSOCIATIONS_EXISTING: usize = 2 * ASSOCIATIONS_MAX;

/// Work item that processes received link services.
const LS_WORK: u64 = 0;
/// Work item that delivers `targetport_delete`.
const DELETE_WORK: u64 = 1;
/// Work item that tells the LLDD that the discovery log changed.
const EVENT_WORK: u64 = 2;

/// A target port. Its memory is shared by [`Arc`]; as long as there is a
/// [`Hold`](crate::port::hold::Hold), the LLDD knows it.
///
/// # Invariants
///
/// `lldd` is the first field, and what the LLDD has a pointer to.
#[pin_data]
#[repr(C)]
pub(crate) struct TargetPort {
    /// What the LLDD sees, and its operations.
    pub(crate) lldd: TargetLldd,
    /// Holds; see [`Hold`](crate::port::hold::Hold).
    pub(crate) holds: Refcount,
    /// Node name. LLDDs may change the one they see.
    pub(crate) node_name: u64,
    /// Port name.
    pub(crate) port_name: u64,
    /// Number for log lines.
    pub(crate) number: u32,
    /// `nvmet_fc_unregister_targetport` was called.
    pub(crate) unregistered: Atomic<bool>,
    /// Finds a connection's queue.
    #[pin]
    pub(crate) connections: ConnTable,
    /// Associations that are not going. Room for all was made.
    #[pin]
    pub(crate) associations: SpinLockIrq<KVVec<Arc<Association>>>,
    /// Their numbers.
    #[pin]
    pub(crate) association_numbers: Ida,
    /// What hosts have of it.
    #[pin]
    pub(crate) room: Room,
    /// Host ports.
    #[pin]
    pub(crate) hosts: SpinLockIrq<HostTable>,
    /// Free and waiting link services.
    #[pin]
    pub(crate) ls_list: SpinLockIrq<LsList>,
    /// Processes received link services.
    #[pin]
    ls_work: Work<Self, { LS_WORK }>,
    /// Delivers `targetport_delete`.
    #[pin]
    delete_work: Work<Self, { DELETE_WORK }>,
    /// When it was made.
    pub(crate) since: Instant<Monotonic>,
    /// Tells the LLDD that the discovery log changed, if that was too early.
    #[pin]
    event_work: DelayedWork<Self, { EVENT_WORK }>,
    /// `targetport_delete` was delivered.
    #[pin]
    pub(crate) deleted: Completion,
    /// Received link services.
    pub(crate) ls_contexts: LsContexts,
    /// Their responses. Taken when the port goes, so that nothing is mapped for
    /// the LLDD any more.
    #[pin]
    pub(crate) ls_responses: Mutex<Option<LsResponses>>,
    /// The LLDD's memory.
    private: PrivateArea,
    /// The device that does DMA.
    device: DeviceRef,
    /// Keeps the module: an LLDD that does not wait for `targetport_delete` may be
    /// gone before its port, and then nothing else does.
    _module: ModuleRef,
}

impl_has_work! {
    impl HasWork<Self, { LS_WORK }> for TargetPort { self.ls_work }
    impl HasWork<Self, { DELETE_WORK }> for TargetPort { self.delete_work }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, { EVENT_WORK }> for TargetPort { self.event_work }
}

impl_target_port! {
    TargetPort { self.lldd }
}

impl TargetPort {
    /// A target port with one hold, the registration's. Context: may sleep.
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
        let ls_contexts = LsContexts::new()?;
        let ls_responses = LsResponses::new(&device, CONTEXTS).map_err(|_| ENOMEM)?;
        let private = PrivateArea::new(template.port_private)?;
        let associations = KVVec::with_capacity(ASSOCIATIONS_MAX, GFP_KERNEL)?;
        let hosts = HostTable::new(ASSOCIATIONS_EXISTING + CONTEXTS)?;
        let ls_list = LsList::new()?;
        let lldd = TargetLldd::new(number, info, template, private.as_ptr());
        Arc::pin_init(
            try_pin_init!(Self {
                lldd,
                holds: Refcount::new(1),
                node_name: info.names.node,
                port_name: info.names.port,
                number,
                unregistered: Atomic::new(false),
                connections <- ConnTable::new(),
                associations <- new_spinlock_irq!(associations, "nvmet_fc::associations"),
                association_numbers <- Ida::new(),
                room <- Room::new(),
                hosts <- new_spinlock_irq!(hosts, "nvmet_fc::hosts"),
                ls_list <- new_spinlock_irq!(ls_list, "nvmet_fc::ls"),
                ls_work <- new_work!("nvmet_fc::ls"),
                delete_work <- new_work!("nvmet_fc::port_delete"),
                since: Instant::now(),
                event_work <- new_delayed_work!("nvmet_fc::event"),
                deleted <- Completion::new(),
                ls_contexts,
                ls_responses <- new_mutex!(Some(ls_responses), "nvmet_fc::ls_responses"),
                private,
                device,
                _module: module,
            }? Error),
            GFP_KERNEL,
        )
    }

    /// Node and port name.
    pub(crate) fn names(&self) -> Traddr {
        Traddr {
            node: self.node_name,
            port: self.port_name,
        }
    }

    /// The device that does DMA, if any.
    #[inline]
    pub(crate) fn device(&self) -> &DeviceRef {
        &self.device
    }
}
