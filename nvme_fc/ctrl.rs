// SPDX-License-Identifier: GPL-2.0

//! Controllers.
//!
//! A controller is one counted object. The NVMe core owns one reference from
//! `nvme_init_ctrl` until `free_ctrl`, the list of controllers ([`list`]) another
//! one as long; work items own one while they are queued. An exchange in flight owns
//! none: a request that is not given back keeps the NVMe core's reference.

#![deny(unsafe_code)]

pub(crate) mod aen;
pub(crate) mod association;
pub(crate) mod create;
pub(crate) mod dev_loss;
pub(crate) mod disconnected;
mod drain;
pub(crate) mod failure;
pub(crate) mod history;
pub(crate) mod io_queues;
mod lending;
pub(crate) mod list;
#[allow(unsafe_code, reason = "vouches for whose the queues are")]
mod owner;
pub(crate) mod recovery;
mod traced;
pub(crate) mod unload;

use core::ptr::NonNull;

use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            Release, //
        },
        Arc,
        Mutex, //
    },
    workqueue::{
        impl_has_delayed_work,
        impl_has_work,
        new_delayed_work,
        new_work,
        DelayedWork,
        Work, //
    }, //
};

use crate::{
    counts,
    ctrl::history::History,
    io::{
        abort_calls::AbortCalls,
        aen_exchange::AenExchange,
        exchange::OnDone,
        operations::Requests,
        queue::Queue, //
    },
    ls::receive::Inbound,
    nvme::{
        ctrl::NvmeCtrl,
        ops::impl_has_nvme_ctrl,
        tagset::TagSet, //
    },
    port::{
        port_use::PortUse,
        registry::Registry,
        registry_lock,
        rport::RemotePort, //
    },
    shared::{
        fc::host_template::HostTemplate,
        proto::ids::AssociationId,
        support::{
            books::Entry,
            completion::Completion,
            mark::Mark,
            word::Word, //
        }, //
    }, //
};

/// Work item that makes an association.
pub(crate) const CONNECT_WORK: u64 = 0;
/// Work item that aborts what is outstanding while connecting.
pub(crate) const ABORT_WORK: u64 = 1;
/// Work item that looks whether the port's loss lasted too long.
pub(crate) const DEV_LOSS_WORK: u64 = 2;
/// Work item that sends the asynchronous event request again.
pub(crate) const AEN_WORK: u64 = 3;

/// Whether any controller exists, be it one that nobody can find any more.
pub(crate) fn any_exists() -> bool {
    counts::CONTROLLERS.balance().outstanding() != 0
}

/// A controller's number, given back with it.
struct CtrlNumber(u32);

impl Drop for CtrlNumber {
    fn drop(&mut self) {
        registry_lock::lock().ctrl_numbers.give(self.0);
    }
}

/// A controller. Fields are dropped in this order.
#[repr(C)]
#[pin_data]
pub(crate) struct Ctrl {
    /// The NVMe core's object; first, so that both have one address.
    nvme: NvmeCtrl,
    /// Number in log lines.
    number: CtrlNumber,
    /// Where the controller is.
    remote: Arc<RemotePort>,
    /// What its subsystem and its host are called, as one number.
    fingerprint: u64,
    /// Bytes that the tag sets have for the LLDD behind each request.
    fcp_private: Word<u32>,
    /// I/O queue entries that the user wants.
    queue_size: Word<u16>,
    /// It may be reset: its creation is over.
    ready: Atomic<bool>,
    /// Requests of admin and fabrics queue.
    #[pin]
    admin_set: TagSet<Requests<Self>>,
    /// Requests of namespaces and of Connect.
    #[pin]
    io_set: TagSet<Requests<Self>>,
    /// Queue 0 is the admin queue.
    queues: KVec<Pin<KBox<Queue<Self>>>>,
    /// The association cannot be used any more, or is not to be made. Nothing
    /// is sent from then on, whatever the controller's state.
    failed: Mark,
    /// A teardown waits for exchanges. One that ends at this very moment may
    /// miss this; the teardown looks again every second.
    terminating: Word<bool>,
    /// The association's identifier; 0 for none. Changed with the registry
    /// locked.
    association: Word<u64>,
    /// It has been in service.
    served: Word<bool>,
    /// What became of it, for those who ask.
    history: History,
    /// Who is in the LLDD's `fcp_abort`.
    abort_calls: AbortCalls,
    /// Told by exchanges that are over, while a teardown waits.
    #[pin]
    idle: Completion,
    /// Told when an attempt to connect is over.
    #[pin]
    attempted: Completion,
    /// The LLDD's operations, while there is an association.
    #[pin]
    ops: Mutex<Option<HostTemplate>>,
    /// The association's use of its port.
    #[pin]
    in_use: Mutex<Option<PortUse>>,
    /// A Disconnect Association to be answered once the association is gone.
    #[pin]
    disconnect: Mutex<Option<Arc<Inbound>>>,
    /// The asynchronous event request.
    #[pin]
    aen: AenExchange<Self>,
    /// Makes an association.
    #[pin]
    connect_work: DelayedWork<Self, CONNECT_WORK>,
    /// Aborts what is outstanding while connecting.
    #[pin]
    abort_work: Work<Self, ABORT_WORK>,
    /// Looks whether the port's loss lasted too long.
    #[pin]
    dev_loss_work: DelayedWork<Self, DEV_LOSS_WORK>,
    /// Sends the asynchronous event request again.
    #[pin]
    aen_work: DelayedWork<Self, AEN_WORK>,
    /// The last to go.
    _existence: Entry,
}

impl_has_nvme_ctrl! {
    impl HasNvmeCtrl for Ctrl { self.nvme }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, CONNECT_WORK> for Ctrl { self.connect_work }
}
impl_has_work! {
    impl HasWork<Self, ABORT_WORK> for Ctrl { self.abort_work }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, DEV_LOSS_WORK> for Ctrl { self.dev_loss_work }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, AEN_WORK> for Ctrl { self.aen_work }
}

impl Ctrl {
    /// A controller that the NVMe core does not know yet. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    fn new<D: OnDone<Self>>(
        number: u32,
        remote: Arc<RemotePort>,
        fingerprint: u64,
        queues: KVec<Pin<KBox<Queue<Self>>>>,
    ) -> Result<Arc<Self>> {
        let admin = NonNull::from(queues.first().ok_or(EINVAL)?.connection());
        Arc::pin_init(
            try_pin_init!(Self {
                nvme: NvmeCtrl::zeroed(),
                number: CtrlNumber(number),
                remote,
                fingerprint,
                fcp_private: Word::new(0),
                queue_size: Word::new(0),
                ready: Atomic::new(false),
                admin_set <- TagSet::new(),
                io_set <- TagSet::new(),
                queues,
                failed: Mark::new(),
                terminating: Word::new(false),
                association: Word::new(0),
                served: Word::new(false),
                history: History::new(),
                abort_calls: AbortCalls::new(),
                idle <- Completion::new(),
                attempted <- Completion::new(),
                ops <- new_mutex!(None, "Ctrl::ops"),
                in_use <- new_mutex!(None, "Ctrl::in_use"),
                disconnect <- new_mutex!(None, "Ctrl::disconnect"),
                aen <- AenExchange::new::<D>(admin),
                connect_work <- new_delayed_work!("Ctrl::connect_work"),
                abort_work <- new_work!("Ctrl::abort_work"),
                dev_loss_work <- new_delayed_work!("Ctrl::dev_loss_work"),
                aen_work <- new_delayed_work!("Ctrl::aen_work"),
                _existence: counts::CONTROLLERS.enter(),
            }),
            GFP_KERNEL,
        )
    }

    /// The NVMe core's object.
    #[inline(always)]
    pub(crate) fn nvme(&self) -> &NvmeCtrl {
        &self.nvme
    }

    /// Number in log lines.
    pub(crate) fn number(&self) -> u32 {
        self.number.0
    }

    /// Where the controller is.
    pub(crate) fn remote(&self) -> &Arc<RemotePort> {
        &self.remote
    }

    /// What its subsystem and its host are called, as one number.
    fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Whether the controller's port is registered.
    #[inline(always)]
    pub(crate) fn is_online(&self) -> bool {
        self.remote.abi().is_online()
    }

    /// Bytes that the tag sets have for the LLDD behind each request.
    pub(crate) fn fcp_private(&self) -> u32 {
        self.fcp_private.get()
    }

    /// Settles how many bytes tag sets have for the LLDD behind each request.
    /// Context: before there is a tag set.
    pub(crate) fn set_fcp_private(&self, bytes: u32) {
        self.fcp_private.set(bytes);
    }

    /// I/O queue entries that the user wants.
    pub(crate) fn queue_size(&self) -> u16 {
        self.queue_size.get()
    }

    /// Settles how many I/O queue entries the user wants. Context: before there
    /// is an association.
    pub(crate) fn set_queue_size(&self, entries: u16) {
        self.queue_size.set(entries);
    }

    /// Whether the controller's creation is over, so that it may be reset.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Acquire)
    }

    /// Says that the controller's creation is over.
    pub(crate) fn set_ready(&self) {
        self.ready.store(true, Release);
    }

    /// Requests of admin and fabrics queue.
    pub(crate) fn admin_set(&self) -> &TagSet<Requests<Self>> {
        &self.admin_set
    }

    /// Requests of namespaces and of Connect.
    pub(crate) fn io_set(&self) -> &TagSet<Requests<Self>> {
        &self.io_set
    }

    /// A queue; 0 is the admin queue.
    pub(crate) fn queue(&self, index: u16) -> Option<&Queue<Self>> {
        self.queues
            .get(usize::from(index))
            .map(|queue| queue.as_ref().get_ref())
    }

    /// All queues, the admin queue first.
    pub(crate) fn queues(&self) -> impl DoubleEndedIterator<Item = &Queue<Self>> {
        self.queues.iter().map(|queue| queue.as_ref().get_ref())
    }

    /// The LLDD's operations, while there is an association.
    pub(crate) fn ops(&self) -> &Mutex<Option<HostTemplate>> {
        &self.ops
    }

    /// The association's use of its port.
    pub(crate) fn in_use(&self) -> &Mutex<Option<PortUse>> {
        &self.in_use
    }

    /// A Disconnect Association to be answered once the association is gone.
    pub(crate) fn disconnect(&self) -> &Mutex<Option<Arc<Inbound>>> {
        &self.disconnect
    }

    /// The asynchronous event request.
    pub(crate) fn aen(&self) -> &AenExchange<Self> {
        &self.aen
    }

    /// Who is in the LLDD's `fcp_abort`.
    pub(crate) fn abort_calls(&self) -> &AbortCalls {
        &self.abort_calls
    }

    /// Told by exchanges and aborts that are over, while a teardown waits.
    pub(crate) fn idle(&self) -> &Completion {
        &self.idle
    }

    /// The association's identifier. Caller holds the registry, or is the
    /// thread that makes or ends the association.
    pub(crate) fn association(&self) -> Option<AssociationId> {
        AssociationId::from_wire(self.association.get())
    }

    /// Changes the association's identifier.
    pub(crate) fn set_association(&self, _locked: &mut Registry, id: Option<AssociationId>) {
        self.association.set(id.map_or(0, AssociationId::get));
    }

    /// Says that the association cannot be used any more. Whoever looks at the
    /// controller's state after that sees it LIVE, or [`Ctrl::has_failed_by_now`]
    /// sees this. Context: any.
    pub(crate) fn set_failed(&self) {
        // Partner of `has_failed_by_now`, which looks after the state has changed.
        self.failed.leave();
    }

    /// Begins an association with a clean record. Caller holds the registry.
    pub(crate) fn clear_failed(&self, _locked: &mut Registry) {
        self.failed.clear();
    }

    /// Whether the association cannot be used any more.
    #[inline(always)]
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.is_left()
    }

    /// As [`Ctrl::has_failed`], ordered after everything that was done before:
    /// whoever sets it later sees that.
    pub(crate) fn has_failed_by_now(&self) -> bool {
        // Partner of `set_failed`.
        self.failed.is_left_by_now()
    }

    /// Told when an attempt to connect is over. Attempts that nobody waits for
    /// are told too.
    pub(crate) fn attempted(&self) -> &Completion {
        &self.attempted
    }

    /// Whether the controller has been in service. Context: the connect or reset
    /// work.
    pub(crate) fn has_served(&self) -> bool {
        self.served.get()
    }

    /// Says that the controller is in service. Context: the connect work.
    pub(crate) fn set_served(&self) {
        self.served.set(true);
    }

    /// What became of it.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Whether a teardown waits for exchanges.
    #[inline(always)]
    pub(crate) fn is_terminating(&self) -> bool {
        self.terminating.get()
    }

    /// Says whether a teardown waits for exchanges.
    pub(crate) fn set_terminating(&self, terminating: bool) {
        self.terminating.set(terminating);
    }

    /// An exchange, or a call that aborts one, is over: tells a teardown, if one
    /// waits. Context: any.
    #[inline(always)]
    pub(crate) fn exchange_over(&self) {
        if self.is_terminating() {
            self.idle.complete();
        }
    }
}
