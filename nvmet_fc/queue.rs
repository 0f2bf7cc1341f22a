// SPDX-License-Identifier: GPL-2.0

//! A connection's queue: its nvmet queues, its command memory, its counters.

#![deny(unsafe_code)]

pub(crate) mod admission;
pub(crate) mod buffer;
pub(crate) mod command;
pub(crate) mod connect;
pub(crate) mod deferred;
#[allow(unsafe_code, reason = "is called by LLDDs")]
mod done;
#[allow(unsafe_code, reason = "memory that nvmet and LLDDs share")]
pub(crate) mod exchange;
mod exchange_data;
pub(crate) mod exchange_lldd;
mod idle;
#[allow(unsafe_code, reason = "references that nobody names")]
mod lifetime;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod receive;
mod say;
#[allow(unsafe_code, reason = "memory that nvmet and LLDDs share")]
mod slot;
#[allow(unsafe_code, reason = "names what LLDDs keep")]
mod slot_list;
#[allow(unsafe_code, reason = "hands command memory out")]
pub(crate) mod slots;
pub(crate) mod state;
pub(crate) mod unfinished;

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
        rcu::synchronize_rcu,
        Arc,
        SpinLockIrq,
        UniqueArc, //
    },
    workqueue::{
        self,
        WorkItem, //
    }, //
};

use crate::{
    counts,
    limits,
    nvmet::{
        port::{
            nvmet_wq,
            NvmetPort, //
        },
        queue::{
            CtrlId,
            NvmetQueue, //
        }, //
    },
    port::{
        core::Hold,
        share::Share, //
    },
    queue::{
        buffer::Terms,
        names::ConnectNames, //
    },
    shared::{
        proto::{
            command::{
                chunk,
                ersp, //
            },
            ids::ConnectionId,
            ls::receive::QueueParameters,
            queues,
            wire::ExtendedResponseIu, //
        },
        support::{
            books::Entry,
            departures::Departures,
            mapped::MappedArray,
            paged::PagedArray,
            rcu_table::{
                impl_has_link,
                Link,
                Linked,
                RcuTable, //
            },
            submit_gate::SubmitGate,
            word::Word, //
        }, //
    }, //
};

/// Work item that starts commands that were deferred.
const START_WORK: u64 = 0;
/// Work item that frees the queue.
const RELEASE_WORK: u64 = 1;

/// What a queue belongs to: an association.
pub(crate) trait QueueOwner: Send + Sync {
    /// Its admin queue was connected to a controller of this identifier, by a Connect
    /// with these names, if they are known. Context: may sleep.
    fn connected(&self, controller: u16, names: Option<ConnectNames>);

    /// The identifier of the controller that its admin queue was connected to.
    /// Context: any.
    fn controller(&self) -> Option<u16>;

    /// Whether a controller is its own, or may have been. Context: any.
    fn owns(&self, ctrl: CtrlId) -> bool;

    /// Ends it. Context: any; nothing sleeps or is freed.
    fn end(self: Arc<Self>);

    /// A queue of it was freed. Context: may sleep.
    fn queue_freed(self: Arc<Self>, queue_id: u16);
}

/// The memory of a command.
pub(crate) type Slot = slot::Slot<Queue>;

/// Which of a queue's are free.
pub(crate) type SlotList = slot_list::SlotList<Slot>;

/// Where a new queue belongs.
pub(crate) struct NewQueue {
    /// The connection.
    pub(crate) id: ConnectionId,
    /// The association.
    pub(crate) owner: Arc<dyn QueueOwner>,
    /// Its number, for log lines.
    pub(crate) owner_number: u32,
    /// The target port.
    pub(crate) port: Hold,
    /// The nvmet port.
    pub(crate) nvmet_port: NvmetPort,
    /// What it takes of the target port's room.
    pub(crate) share: Share,
}

/// A queue. In an [`Arc`] that the connection table, the association and, when that
/// has left, the exchanges together have references to; the last one is given back by
/// [`Queue::put`].
#[pin_data]
pub(crate) struct Queue {
    /// Next in the chain of the connection table.
    link: Link<Self>,
    /// The connection.
    id: ConnectionId,
    /// What bounds an operation.
    limits: chunk::Limits,
    /// When a response must be an extended one.
    rules: ersp::Rules,
    /// Hardware queue of the LLDD.
    hardware_queue: u16,
    /// Whether the LLDD sends the response behind the last read data.
    adds_response: bool,
    /// Queue size that the host stated, 0's based.
    stated_size: u16,
    /// Data of one command that is allocated without a question, bytes.
    unchecked_length: u32,
    /// Data of one command whose memory may stay with a slot, bytes.
    kept_length: u32,
    /// The association.
    owner: Arc<dyn QueueOwner>,
    /// Its number.
    owner_number: u32,
    /// The nvmet port; the association ends before it does.
    nvmet_port: NvmetPort,
    /// The target port, up to the release of the last exchange.
    port: Hold,
    /// nvmet's side.
    #[pin]
    pub(crate) nvmet: NvmetQueue,
    /// Memory of the commands.
    slots: PagedArray<Slot>,
    /// What they take of the target port's room.
    share: Share,
    /// Their responses.
    responses: MappedArray<ExtendedResponseIu>,
    /// Which slots are free, and commands that wait for one. The innermost
    /// lock of this module.
    #[pin]
    list: SpinLockIrq<SlotList>,
    /// How many slots are free, to be read without the lock.
    free: Word<u32>,
    /// Commands on their way into nvmet.
    #[pin]
    gate: SubmitGate,
    /// Those that are over.
    exchanges: Departures,
    /// Responses sent.
    ordinal: Atomic<u32>,
    /// Extended responses sent.
    sequence_number: Atomic<u32>,
    /// It among those in memory.
    _entry: Entry,
    /// Starts commands that were deferred.
    #[pin]
    start_work: workqueue::Work<Self, { START_WORK }>,
    /// Frees the queue.
    #[pin]
    release_work: workqueue::Work<Self, { RELEASE_WORK }>,
}

impl_has_work! {
    impl HasWork<Self, { START_WORK }> for Queue { self.start_work }
    impl HasWork<Self, { RELEASE_WORK }> for Queue { self.release_work }
}

/// Finds the queue of a connection: what every received command begins with. With
/// one connection a chain, 32 hosts may have 128 queues each.
pub(crate) type ConnTable = RcuTable<Queue, 4096>;

impl_has_link!(Queue, self.link);

impl Linked for Queue {
    type Key = ConnectionId;

    #[inline]
    fn key(&self) -> ConnectionId {
        self.id
    }

    /// The random bits, spread by the queue's number, which is all that tells the
    /// queues of one association apart.
    #[inline]
    fn hash(id: ConnectionId) -> u64 {
        let value = id.get();
        (value >> 16) ^ value.wrapping_mul(0x9e5)
    }
}

impl Queue {
    /// A queue that no command can find yet. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or `EFAULT` when the responses cannot be mapped.
    pub(crate) fn new(new: NewQueue, parameters: QueueParameters) -> Result<Arc<Self>> {
        let (port, queue_id) = (&new.port, new.id.queue_id());
        let template = port.lldd.template();
        let size = usize::from(parameters.submission_queue_size);
        let responses = MappedArray::new(port.device(), size)?;
        let slots = PagedArray::new(size, |at| {
            // CAST: Below a size of 16 bits.
            Slot::new(at as u16, responses.get(at), responses.address(at))
        })?;
        let list = SlotList::new(&slots, template.defers())?;
        let queue = UniqueArc::pin_init(
            try_pin_init!(Self {
                link: Link::new(),
                id: new.id,
                limits: chunk::Limits {
                    elements: u32::from(template.max_sgl_segments),
                    bytes: chunk::MAX_SEQUENCE,
                },
                rules: ersp::Rules::new(
                    parameters.ersp_ratio,
                    parameters.submission_queue_size,
                ),
                hardware_queue: queues::hardware_queue(queue_id, template.max_hw_queues),
                adds_response: template.adds_response,
                stated_size: parameters.stated_size,
                unchecked_length: limits::unchecked_length(new.nvmet_port, queue_id),
                kept_length: limits::kept_length(new.nvmet_port, queue_id),
                owner: new.owner,
                owner_number: new.owner_number,
                nvmet_port: new.nvmet_port,
                port: port.clone(),
                nvmet <- NvmetQueue::new(),
                slots,
                share: new.share,
                responses,
                list <- new_spinlock_irq!(list, "nvmet_fc::slots"),
                free: Word::new(u32::from(parameters.submission_queue_size)),
                gate <- SubmitGate::new(),
                exchanges: Departures::new(),
                ordinal: Atomic::new(0),
                sequence_number: Atomic::new(0),
                _entry: counts::CONNECTIONS.enter(),
                start_work <- new_work!("nvmet_fc::start"),
                release_work <- new_work!("nvmet_fc::release"),
            }? Error),
            GFP_KERNEL,
        )?;
        let nvmet_port = queue.nvmet_port;
        Ok(Slot::adopt_all(queue, Self::slots, nvmet_port))
    }

    /// The connection.
    #[inline]
    pub(crate) fn id(&self) -> ConnectionId {
        self.id
    }

    /// The association.
    pub(crate) fn owner(&self) -> &Arc<dyn QueueOwner> {
        &self.owner
    }

    /// The association's number, for log lines.
    pub(crate) fn owner_number(&self) -> u32 {
        self.owner_number
    }

    /// What its commands take of the target port's room.
    pub(crate) fn share(&self) -> &Share {
        &self.share
    }

    /// The target port.
    #[inline]
    pub(crate) fn port(&self) -> &Hold {
        &self.port
    }

    /// The nvmet port.
    #[inline]
    pub(crate) fn nvmet_port(&self) -> NvmetPort {
        self.nvmet_port
    }

    /// The responses, one for each slot.
    #[inline]
    pub(crate) fn responses(&self) -> &MappedArray<ExtendedResponseIu> {
        &self.responses
    }

    /// The slots.
    #[inline]
    pub(crate) fn slots(&self) -> &PagedArray<Slot> {
        &self.slots
    }

    /// Which of them are free, and what waits.
    #[inline]
    pub(crate) fn list(&self) -> &SpinLockIrq<SlotList> {
        &self.list
    }

    /// Commands on their way into nvmet.
    #[inline]
    pub(crate) fn gate(&self) -> &SubmitGate {
        &self.gate
    }

    /// Commands that are over.
    #[inline]
    pub(crate) fn exchanges(&self) -> &Departures {
        &self.exchanges
    }

    /// What bounds an operation.
    #[inline]
    pub(crate) fn limits(&self) -> chunk::Limits {
        self.limits
    }

    /// When a response must be an extended one.
    #[inline]
    pub(crate) fn rules(&self) -> ersp::Rules {
        self.rules
    }

    /// What the buffers of its commands are for, and bounded by.
    pub(crate) fn terms(&self) -> Terms<'_> {
        Terms {
            device: self.port.device(),
            limits: self.limits,
            kept_length: self.kept_length,
            room: &self.port.room,
        }
    }

    /// Hardware queue of the LLDD.
    #[inline]
    pub(crate) fn hardware_queue(&self) -> u16 {
        self.hardware_queue
    }

    /// Whether the LLDD sends the response behind the last read data.
    #[inline]
    pub(crate) fn adds_response(&self) -> bool {
        self.adds_response
    }

    /// Queue size that the host stated, 0's based.
    pub(crate) fn stated_size(&self) -> u16 {
        self.stated_size
    }

    /// Data of one command that is allocated without a question, bytes.
    #[inline]
    pub(crate) fn unchecked_length(&self) -> u32 {
        self.unchecked_length
    }

    /// Counts a response; the first is 1.
    #[inline]
    pub(crate) fn next_ordinal(&self) -> u32 {
        self.ordinal.fetch_add(1, Relaxed).wrapping_add(1)
    }

    /// Counts an extended response; the first is 1.
    #[inline]
    pub(crate) fn next_sequence_number(&self) -> u32 {
        self.sequence_number.fetch_add(1, Relaxed).wrapping_add(1)
    }

    /// Notes how many slots are free. Under the list's lock.
    #[inline]
    pub(crate) fn set_free(&self, free: usize) {
        // CAST: A queue has at most 65535 slots.
        self.free.set(free as u32);
    }

    /// Commands taken and not answered, one that is being answered left out: that of
    /// the caller.
    #[inline]
    pub(crate) fn outstanding(&self) -> u32 {
        // CAST: As above.
        (self.slots.len() as u32)
            .wrapping_sub(self.free.get())
            .wrapping_sub(1)
    }

    /// Whether it has any command.
    pub(crate) fn is_busy(&self) -> bool {
        // CAST: As above.
        self.free.get() != self.slots.len() as u32
    }

    /// Gives a reference back. The last one frees the queue on a workqueue.
    /// Context: any, hard IRQ included.
    #[inline]
    pub(crate) fn put(queue: Arc<Self>) {
        if let Some(queue) = Arc::into_unique_or_drop(queue) {
            Self::queue_release(queue);
        }
    }

    /// Has a work item free it.
    #[cold]
    fn queue_release(queue: Pin<UniqueArc<Self>>) {
        let queue: Arc<Self> = Arc::from(queue);
        drop(nvmet_wq().enqueue::<_, { RELEASE_WORK }>(queue));
    }

    /// Frees a queue after a grace period, for the sake of aborts that still
    /// look at its slots. Context: may sleep.
    pub(crate) fn free(queue: Pin<UniqueArc<Self>>) {
        let (owner, queue_id) = (queue.owner.clone(), queue.id.queue_id());
        queue.give_back_buffers();
        drop(queue);
        owner.queue_freed(queue_id);
    }
}

impl WorkItem<{ RELEASE_WORK }> for Queue {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        synchronize_rcu();
        if let Some(queue) = Arc::into_unique_or_drop(this) {
            Self::free(queue);
        }
    }
}
