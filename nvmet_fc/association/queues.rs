// SPDX-License-Identifier: GPL-2.0

//! The queues of one association, and how they end.

#![deny(unsafe_code)]

use core::{
    iter,
    ops::RangeInclusive, //
};

use kernel::{
    alloc::KVVec,
    prelude::*,
    sync::{
        rcu::synchronize_rcu,
        Arc,
        SpinLockIrq,
        UniqueArc, //
    },
    time::{
        delay::fsleep,
        Delta,
        Instant,
        Monotonic, //
    }, //
};

use crate::{
    limits::QUEUE_ID_MAX,
    nvmet::queue::CtrlId,
    queue::{
        unfinished::Unfinished,
        ConnTable,
        Queue, //
    },
    shared::{
        proto::ls::error::LsError,
        support::rcu_table::{
            self,
            Removed, //
        }, //
    }, //
};

/// How long an LLDD has to end write data that was aborted, milliseconds: the 20 s
/// that it was told the transfer may take, and R_A_TOV for the abort.
const WRITE_DATA_MSECS: i64 = 30_000;
/// The longest pause between two looks, milliseconds.
const PAUSE_MSECS: i64 = 100;

/// One place for a queue.
enum Place {
    /// Nobody has it.
    Free,
    /// A queue that no command can find.
    Hidden(Arc<Queue>),
    /// A queue in the connection table.
    Published(Arc<Queue>),
    /// A queue that no command can find any more; what the table gives back once
    /// nobody sees it.
    Removed(Arc<Queue>, Option<Removed>),
    /// A queue that nobody else has.
    Last(Pin<UniqueArc<Queue>>),
    /// A queue that exchanges alone have, for the sake of these operations. They
    /// may be fewer by now, and never more.
    Left(Unfinished),
}

impl Place {
    /// The queue that is there, if others may have it as well.
    fn queue(&self) -> Option<&Arc<Queue>> {
        match self {
            Self::Hidden(queue) | Self::Published(queue) | Self::Removed(queue, _) => Some(queue),
            Self::Free | Self::Last(_) | Self::Left(_) => None,
        }
    }
}

/// Queues by their identifier.
pub(crate) struct Connections {
    /// The admin queue's place.
    admin: Place,
    /// One place for each I/O queue, from identifier 1 on: with that of the admin queue it
    /// would be one more than fit into a page.
    places: KVVec<Place>,
    /// The greatest identifier that a queue ever had here; behind it nothing needs
    /// to be looked at.
    greatest: u16,
}

impl Connections {
    /// Places for the admin queue and all I/O queues. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Self> {
        let mut places = KVVec::with_capacity(usize::from(QUEUE_ID_MAX), GFP_KERNEL)?;
        for _ in 0..QUEUE_ID_MAX {
            places.push(Place::Free, GFP_KERNEL)?;
        }
        Ok(Self {
            admin: Place::Free,
            places,
            greatest: 0,
        })
    }

    /// A queue's place.
    fn place(&self, queue_id: u16) -> Option<&Place> {
        match usize::from(queue_id).checked_sub(1) {
            None => Some(&self.admin),
            Some(at) => self.places.get(at),
        }
    }

    /// A queue's place.
    fn place_mut(&mut self, queue_id: u16) -> Option<&mut Place> {
        match usize::from(queue_id).checked_sub(1) {
            None => Some(&mut self.admin),
            Some(at) => self.places.get_mut(at),
        }
    }

    /// Whether a queue may be made with this identifier.
    pub(crate) fn is_free(&self, queue_id: u16) -> bool {
        matches!(self.place(queue_id), Some(Place::Free))
    }

    /// Puts a queue into its place.
    ///
    /// # Errors
    ///
    /// The reject's reason, and the queue, which is not to be dropped under a
    /// lock.
    pub(crate) fn insert(
        &mut self,
        queue_id: u16,
        queue: Arc<Queue>,
    ) -> Result<(), (LsError, Arc<Queue>)> {
        match self.place_mut(queue_id) {
            Some(place @ Place::Free) => {
                *place = Place::Hidden(queue);
                self.greatest = self.greatest.max(queue_id);
                Ok(())
            }
            Some(_) => Err((LsError::QueueIdInUse, queue)),
            None => Err((LsError::NoAssociation, queue)),
        }
    }

    /// Lets commands find all queues.
    pub(crate) fn publish(&mut self, table: &ConnTable) {
        let places = self.places.iter_mut().take(usize::from(self.greatest));
        for place in Iterator::chain(iter::once(&mut self.admin), places) {
            if let Place::Hidden(queue) = place {
                let queue = queue.clone();
                table.insert(queue.clone());
                *place = Place::Published(queue);
            }
        }
    }

    /// A queue, if there is one.
    fn queue(&self, queue_id: u16) -> Option<Arc<Queue>> {
        self.place(queue_id)?.queue().cloned()
    }

    /// The controller behind the admin queue.
    pub(crate) fn ctrl(&self) -> Option<CtrlId> {
        let ctrl = self.admin.queue()?.nvmet.ctrl();
        ctrl.is_some().then_some(ctrl)
    }

    /// Lets no command find a queue any more; none is published afterwards.
    fn remove(&mut self, queue_id: u16, table: &ConnTable) {
        let Some(place) = self.place_mut(queue_id) else {
            return;
        };
        let (queue, removed) = match place {
            Place::Hidden(queue) => (queue.clone(), None),
            Place::Published(queue) => (queue.clone(), table.remove(queue)),
            _ => return,
        };
        *place = Place::Removed(queue, removed);
    }

    /// What the table has to give back of a queue.
    fn take_removed(&mut self, queue_id: u16) -> Option<Removed> {
        match self.place_mut(queue_id) {
            Some(Place::Removed(_, removed)) => removed.take(),
            _ => None,
        }
    }

    /// Takes a queue out that nvmet does not have any more; in its place stays
    /// what it is left with.
    fn leave(&mut self, queue_id: u16) -> Option<Arc<Queue>> {
        let place = self.place_mut(queue_id)?;
        let left = Place::Left(Unfinished::of(place.queue()?));
        match core::mem::replace(place, left) {
            Place::Removed(queue, _) => Some(queue),
            other => {
                *place = other;
                None
            }
        }
    }

    /// Keeps a queue that was taken out and that nobody else has.
    fn keep(&mut self, queue_id: u16, queue: Pin<UniqueArc<Queue>>) {
        if let Some(place) = self.place_mut(queue_id) {
            *place = Place::Last(queue);
        }
    }

    /// Takes it out again.
    fn take_kept(&mut self, queue_id: u16) -> Option<Pin<UniqueArc<Queue>>> {
        let place = self.place_mut(queue_id)?;
        match core::mem::replace(place, Place::Free) {
            Place::Last(queue) => Some(queue),
            other => {
                *place = other;
                None
            }
        }
    }

    /// What keeps a queue that was taken out.
    pub(crate) fn left(&self, queue_id: u16) -> Option<Unfinished> {
        match self.place(queue_id) {
            Some(Place::Left(unfinished)) => Some(*unfinished),
            _ => None,
        }
    }

    /// A queue that was taken out is no more.
    pub(crate) fn forget(&mut self, queue_id: u16) {
        if let Some(place @ Place::Left(_)) = self.place_mut(queue_id) {
            *place = Place::Free;
        }
    }
}

/// The identifiers that queues have or had, the admin queue's first. Context: any.
pub(super) fn ids(connections: &SpinLockIrq<Connections>) -> RangeInclusive<u16> {
    0..=connections.lock().greatest
}

/// Does something with every queue, the admin queue last. Context: as what is
/// done; without the lock.
pub(crate) fn for_each(connections: &SpinLockIrq<Connections>, act: impl FnMut(&Arc<Queue>)) {
    visit(connections, ids(connections).rev(), act);
}

/// Does something with those of these queues that there are. Context: as what is done;
/// without the lock.
pub(super) fn visit(
    connections: &SpinLockIrq<Connections>,
    ids: impl Iterator<Item = u16>,
    mut act: impl FnMut(&Arc<Queue>),
) {
    for queue_id in ids {
        let queue = connections.lock().queue(queue_id);
        if let Some(queue) = queue {
            act(&queue);
            Queue::put(queue);
        }
    }
}

/// Ends all commands, and takes the queues from nvmet, the admin queue last.
/// `removed` has been taken out of a table as well. Context: may sleep; no queue is
/// added any more.
pub(crate) fn shut_down(
    connections: &SpinLockIrq<Connections>,
    table: &ConnTable,
    removed: Option<Removed>,
) {
    let ids = || ids(connections).rev();
    for queue_id in ids() {
        connections.lock().remove(queue_id, table);
    }
    let queues = ids().filter_map(|queue_id| connections.lock().take_removed(queue_id));
    rcu_table::settle(Iterator::chain(queues, removed));
    // All are told before any is waited for.
    for_each(connections, |queue| queue.stop());
    for_each(connections, |queue| queue.close_gate());
    wait_for_write_data(connections);
    for_each(connections, |queue| queue.nvmet.destroy());
    // An LLDD may keep a queue's exchanges, but their memory alone.
    for_each(connections, |queue| queue.give_back_buffers());
}

/// Waits until the LLDD has ended all operations that fetch write data, for nvmet
/// waits for those commands; a limited time. Context: may sleep.
fn wait_for_write_data(connections: &SpinLockIrq<Connections>) {
    let begin = Instant::<Monotonic>::now();
    let mut pause = 1;
    loop {
        let mut left: usize = 0;
        for_each(connections, |queue| {
            left = left.saturating_add(queue.in_write_data());
        });
        if left == 0 {
            return;
        }
        if begin.elapsed().as_millis() >= WRITE_DATA_MSECS {
            break;
        }
        fsleep(Delta::from_millis(pause));
        pause = pause.saturating_mul(2).min(PAUSE_MSECS);
    }
    for_each(connections, |queue| {
        let lost = queue.detach();
        if lost != 0 {
            queue.say_lost(lost);
        }
    });
}

/// Frees the queues that no exchange uses any more; the last exchange of another
/// frees that one. Context: may sleep; they were shut down.
pub(crate) fn free(connections: &SpinLockIrq<Connections>) {
    let ids = || ids(connections).rev();
    for queue_id in ids() {
        let queue = connections.lock().leave(queue_id);
        let queue = queue.and_then(Queue::leave_to_exchanges);
        if let Some(queue) = queue.and_then(Arc::into_unique_or_drop) {
            connections.lock().keep(queue_id, queue);
        }
    }
    synchronize_rcu();
    for queue_id in ids() {
        let queue = connections.lock().take_kept(queue_id);
        if let Some(queue) = queue {
            Queue::free(queue);
        }
    }
}
