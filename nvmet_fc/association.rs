// SPDX-License-Identifier: GPL-2.0

//! Associations: made by a link service, ended by a work item.

#![deny(unsafe_code)]

pub(crate) mod end;
pub(crate) mod queues;
mod shown;
pub(crate) mod tenancy;

use kernel::{
    impl_has_work,
    new_spinlock_irq,
    new_work,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        SetOnce,
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
        queues::Connections,
        tenancy::Tenancy, //
    },
    counts,
    ls::waiting::WaitingLs,
    nvmet::{
        port::NvmetPort,
        queue::CtrlId, //
    },
    port::{
        core::Hold,
        host::HostRef, //
    },
    queue::{
        names::ConnectNames,
        ConnTable,
        NewQueue,
        Queue,
        QueueOwner, //
    },
    shared::{
        proto::{
            ids::AssociationId,
            ls::{
                error::LsError,
                receive::QueueParameters, //
            }, //
        },
        support::{
            books::Entry,
            random::random_u64,
            ratelimit::Ratelimit,
            rcu_table::{
                impl_has_link,
                Link,
                Linked,
                Removed, //
            }, //
        }, //
    },
    trace::{
        self,
        AssociationChange,
        QueueChange, //
    }, //
};

/// Work item that looks at it.
const WATCH_WORK: u64 = 0;
/// Work item that ends it.
const DELETE_WORK: u64 = 1;

/// Mark in [`Association::controller`]: there is one.
const CONNECTED: u32 = 1 << 16;

/// What carries associations: a target port.
pub(crate) trait Carrier: Send + Sync {
    /// Finds the queues of all its associations.
    fn connections(&self) -> &ConnTable;

    /// Takes an association, which goes, out of sight. Context: may sleep.
    fn forget(&self, association: &Association) -> Option<Removed>;
}

/// An association. In an [`Arc`] that the target port's list and each queue
/// have references to, and that is never dropped in atomic context.
///
/// It ends in two steps, both on nvmet's workqueue: the delete work takes it
/// out of sight and its queues from nvmet; when the last queue is freed, hosts
/// are told, and the numbers are given back.
#[pin_data]
pub(crate) struct Association {
    /// Where the target port finds it.
    link: Link<Self>,
    /// The identifier.
    id: AssociationId,
    /// Small number for log lines.
    number: Number,
    /// The host port; `None` for an LLDD without handles.
    host: Option<HostRef>,
    /// The nvmet port to which its commands go.
    nvmet_port: NvmetPort,
    /// The deletion was scheduled.
    terminating: Atomic<bool>,
    /// Identifier of the controller that the admin queue was connected to, and
    /// [`CONNECTED`]; 0 before.
    controller: Atomic<u32>,
    /// The host was told of it, so it will be told of its end.
    announced: Atomic<bool>,
    /// The log has its creation, and is to have its end.
    logged: Atomic<bool>,
    /// It in its host's account.
    tenancy: Tenancy,
    /// The queues.
    #[pin]
    connections: SpinLockIrq<Connections>,
    /// Queues that are not freed, and one for the delete work.
    remaining: Atomic<i32>,
    /// The Disconnect to answer when all is done.
    #[pin]
    disconnect: SpinLockIrq<PendingDisconnect>,
    /// When it was made.
    since: Instant<Monotonic>,
    /// Who its Connect was of, and for.
    names: SetOnce<ConnectNames>,
    /// It among those in memory.
    _entry: Entry,
    /// How often it was looked at.
    looks: Atomic<u32>,
    /// Looks at it: ends it if no host connects, and what its host has begun and
    /// left.
    #[pin]
    watch_work: DelayedWork<Self, { WATCH_WORK }>,
    /// Ends it.
    #[pin]
    delete_work: Work<Self, { DELETE_WORK }>,
    /// What carries it.
    carrier: Arc<dyn Carrier>,
    /// The target port.
    port: Hold,
}

impl_has_link!(Association, self.link);

impl Linked for Association {
    type Key = AssociationId;

    fn key(&self) -> AssociationId {
        self.id
    }

    fn hash(id: AssociationId) -> u64 {
        // The random bits.
        id.connection(0).get() >> 16
    }
}

/// A small number that is unique among the associations of a target port, and
/// free again when dropped.
struct Number {
    /// The target port.
    port: Hold,
    /// The number.
    value: u32,
}

impl Number {
    /// Takes one. Context: may sleep.
    fn new(port: &Hold) -> Result<Self> {
        Ok(Self {
            port: port.clone(),
            value: port.association_numbers.alloc()?,
        })
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        self.port.association_numbers.free(self.value);
    }
}

/// A Disconnect that is answered at the end of its association.
enum PendingDisconnect {
    /// None came.
    None,
    /// This one, the newest.
    Last(WaitingLs),
    /// Too late for one.
    Over,
}

impl_has_work! {
    impl HasWork<Self, { DELETE_WORK }> for Association { self.delete_work }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, { WATCH_WORK }> for Association { self.watch_work }
}

impl Association {
    /// A new association with its admin queue, seen by nobody. Context: may
    /// sleep.
    ///
    /// # Errors
    ///
    /// The reject's reason.
    pub(crate) fn new(
        port: &Hold,
        carrier: Arc<dyn Carrier>,
        tenancy: Tenancy,
        host: Option<HostRef>,
        nvmet_port: NvmetPort,
        admin: QueueParameters,
    ) -> Result<Arc<Self>, LsError> {
        let id = loop {
            if let Some(id) = AssociationId::from_random(random_u64()) {
                break id;
            }
        };
        let number = Number::new(port).map_err(|_| LsError::AssociationAllocation)?;
        let connections = Connections::new().map_err(|_| LsError::AssociationAllocation)?;
        let association = Arc::pin_init(
            pin_init!(Self {
                link: Link::new(),
                id,
                number,
                host,
                nvmet_port,
                terminating: Atomic::new(false),
                controller: Atomic::new(0),
                announced: Atomic::new(false),
                logged: Atomic::new(false),
                tenancy,
                connections <- new_spinlock_irq!(connections, "nvmet_fc::queues"),
                remaining: Atomic::new(1),
                disconnect <- new_spinlock_irq!(PendingDisconnect::None, "nvmet_fc::disconnect"),
                since: Instant::now(),
                names: SetOnce::new(),
                _entry: counts::ASSOCIATIONS.enter(),
                looks: Atomic::new(0),
                watch_work <- new_delayed_work!("nvmet_fc::watch"),
                delete_work <- new_work!("nvmet_fc::delete"),
                carrier,
                port: port.clone(),
            }),
            GFP_KERNEL,
        )
        .map_err(|_| LsError::AssociationAllocation)?;
        let queue = association.new_queue(0, admin)?;
        association.adopt(queue, 0)?;
        Ok(association)
    }

    /// The identifier.
    pub(crate) fn id(&self) -> AssociationId {
        self.id
    }

    /// Small number for log lines.
    pub(crate) fn number(&self) -> u32 {
        self.number.value
    }

    /// The host port, if the LLDD names them.
    pub(crate) fn host(&self) -> Option<&HostRef> {
        self.host.as_ref()
    }

    /// The nvmet port.
    pub(crate) fn nvmet_port(&self) -> NvmetPort {
        self.nvmet_port
    }

    /// Whether its end was scheduled.
    pub(crate) fn is_terminating(&self) -> bool {
        self.terminating.load(Relaxed)
    }

    /// Whether the host port behind a link service may name this association.
    /// An LLDD without handles cannot tell hosts apart.
    pub(crate) fn is_owned_by(&self, host: Option<&HostRef>) -> bool {
        match (&self.host, host) {
            (Some(mine), Some(other)) => mine.is_same(other),
            _ => true,
        }
    }

    /// Makes an I/O queue. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The reject's reason.
    pub(crate) fn add_queue(
        self: &Arc<Self>,
        queue_id: u16,
        parameters: QueueParameters,
    ) -> Result<(), LsError> {
        if !self.connections.lock().is_free(queue_id) {
            return Err(LsError::QueueIdInUse);
        }
        let queue = self.new_queue(queue_id, parameters)?;
        self.adopt(queue, queue_id)
    }

    /// A queue of it that nobody knows. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The reject's reason: there is no memory, or no room.
    fn new_queue(
        self: &Arc<Self>,
        queue_id: u16,
        parameters: QueueParameters,
    ) -> Result<Arc<Queue>, LsError> {
        let share = self.tenancy.share(parameters.submission_queue_size);
        let place = share.map(|share| NewQueue {
            id: self.id.connection(queue_id),
            owner: self.clone(),
            owner_number: self.number(),
            port: self.port.clone(),
            nvmet_port: self.nvmet_port,
            share,
        });
        place
            .and_then(|place| Queue::new(place, parameters))
            .map_err(|_| LsError::QueueAllocation)
    }

    /// Puts a queue in its place, and lets commands find it if they find the
    /// others.
    fn adopt(&self, queue: Arc<Queue>, queue_id: u16) -> Result<(), LsError> {
        let entries = u32::from(queue.stated_size()).saturating_add(1);
        let mut connections = self.connections.lock();
        let outcome = if self.is_terminating() {
            Err((LsError::NoAssociation, queue))
        } else {
            connections.insert(queue_id, queue)
        };
        if outcome.is_ok() {
            trace::queue(|| trace::Queue {
                change: QueueChange::Made as u8,
                targetport: self.port.number,
                association_id: self.id.get(),
                qid: queue_id,
                entries,
            });
            self.remaining.add(1, Relaxed);
            if self.announced.load(Relaxed) {
                connections.publish(self.carrier.connections());
            }
        }
        drop(connections);
        // A queue that was not taken is dropped here, which sleeps.
        outcome.map_err(|(error, _)| error)
    }

    /// Lets commands find the admin queue, and those that follow.
    pub(crate) fn announce(&self) {
        let mut connections = self.connections.lock();
        self.announced.store(true, Relaxed);
        connections.publish(self.carrier.connections());
    }

    /// The controller behind its admin queue. Context: any.
    pub(crate) fn ctrl(&self) -> Option<CtrlId> {
        self.connections.lock().ctrl()
    }

    /// Keeps a Disconnect to be answered at the end, and gives back one that
    /// came before.
    ///
    /// # Errors
    ///
    /// The Disconnect itself: the end is here already.
    pub(crate) fn keep_disconnect(&self, ls: WaitingLs) -> Result<Option<WaitingLs>, WaitingLs> {
        let mut pending = self.disconnect.lock();
        match core::mem::replace(&mut *pending, PendingDisconnect::None) {
            PendingDisconnect::None => {
                *pending = PendingDisconnect::Last(ls);
                Ok(None)
            }
            PendingDisconnect::Last(older) => {
                *pending = PendingDisconnect::Last(ls);
                Ok(Some(older))
            }
            PendingDisconnect::Over => {
                *pending = PendingDisconnect::Over;
                Err(ls)
            }
        }
    }

    /// Logs that the host has it now, unless hosts make too many.
    pub(crate) fn log_created(&self) {
        static LIMIT: Ratelimit = Ratelimit::new();
        self.logged.store(LIMIT.pass(), Relaxed);
        self.trace(AssociationChange::Made);
        self.log("created");
    }

    /// Tells a step of its life. Context: any.
    fn trace(&self, change: AssociationChange) {
        trace::association(|| trace::Association {
            change: change as u8,
            targetport: self.port.number,
            association: self.number(),
            association_id: self.id.get(),
            host: self.host.as_ref().map_or(0, HostRef::number),
        });
    }

    /// Logs a step of its life, if the log has its beginning.
    fn log(&self, step: &str) {
        if self.logged.load(Relaxed) {
            pr_info!(
                "{{{}:{}}}: Association {}\n",
                self.port.number,
                self.number(),
                step
            );
        }
    }
}

impl QueueOwner for Association {
    fn connected(&self, controller: u16, names: Option<ConnectNames>) {
        if let Some(names) = names {
            // Only one Connect of an admin queue succeeds.
            self.names.populate(names);
        }
        self.controller
            .store(u32::from(controller) | CONNECTED, Relaxed);
        self.tenancy.connected();
    }

    fn controller(&self) -> Option<u16> {
        let word = self.controller.load(Relaxed);
        // CAST: The low half.
        (word & CONNECTED != 0).then_some(word as u16)
    }

    fn owns(&self, ctrl: CtrlId) -> bool {
        // An association that goes has forgotten its controller.
        self.is_terminating() || self.ctrl() == Some(ctrl)
    }

    fn end(self: Arc<Self>) {
        self.schedule_delete();
    }

    fn queue_freed(self: Arc<Self>, queue_id: u16) {
        trace::queue(|| trace::Queue {
            change: QueueChange::Freed as u8,
            targetport: self.port.number,
            association_id: self.id.get(),
            qid: queue_id,
            entries: 0,
        });
        self.connections.lock().forget(queue_id);
        self.count_down();
    }
}
