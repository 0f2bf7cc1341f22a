// SPDX-License-Identifier: GPL-2.0

//! The queues of one association, and how they end.

#![deny(unsafe_code)]

use kernel::{
    alloc::KVVec,
    prelude::*,
    sync::{
        rcu::synchronize_rcu,
        Arc,
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
    conn_table::{
        self,
        Removed, //
    },
    nvmet::CtrlId,
    queue::Queue,
    shared::proto::ls_error::LsError,
    tgtport::TargetPort, //
};

/// How long an LLDD has to end write data that was aborted, milliseconds: the 20 s
/// that it was told the transfer may take, and R_A_TOV for the abort.
const WRITE_DATA_MSECS: i64 = 30_000;
/// How often the log says that the target waits for that, milliseconds.
const SAY_MSECS: i64 = 10_000;
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
    /// A queue that was taken out of the table.
    Removed(Arc<Queue>, Option<Removed>),
    /// A queue that nobody else has.
    Last(Pin<UniqueArc<Queue>>),
}

impl Place {
    /// The queue that is there, if others may have it as well.
    fn queue(&self) -> Option<&Arc<Queue>> {
        match self {
            Self::Hidden(queue) | Self::Published(queue) | Self::Removed(queue, _) => Some(queue),
            Self::Free | Self::Last(_) => None,
        }
    }
}

/// Queues by their identifier.
pub(crate) struct Connections {
    /// One place for each identifier.
    places: KVVec<Place>,
}

/// The queues of an association that ends.
pub(crate) struct Closing {
    /// As in [`Connections`].
    places: KVVec<Place>,
}

impl Connections {
    /// Places for the admin queue and for I/O queues up to `highest`. Context:
    /// may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(highest: u16) -> Result<Self> {
        let mut places = KVVec::with_capacity(usize::from(highest) + 1, GFP_KERNEL)?;
        for _ in 0..=highest {
            places.push(Place::Free, GFP_KERNEL)?;
        }
        Ok(Self { places })
    }

    /// Whether a queue may be made with this identifier.
    pub(crate) fn is_free(&self, queue_id: u16) -> bool {
        matches!(self.places.get(usize::from(queue_id)), Some(Place::Free))
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
        match self.places.get_mut(usize::from(queue_id)) {
            Some(place @ Place::Free) => {
                *place = Place::Hidden(queue);
                Ok(())
            }
            Some(_) => Err((LsError::QueueIdInUse, queue)),
            None => Err((LsError::NoAssociation, queue)),
        }
    }

    /// Lets commands find all queues.
    pub(crate) fn publish(&mut self, port: &TargetPort) {
        for place in self.places.iter_mut() {
            if let Place::Hidden(queue) = place {
                let queue = queue.clone();
                port.connections.insert(queue.clone());
                *place = Place::Published(queue);
            }
        }
    }

    /// A queue, if there is one.
    pub(crate) fn queue(&self, queue_id: u16) -> Option<Arc<Queue>> {
        self.places.get(usize::from(queue_id))?.queue().cloned()
    }

    /// The controller behind the admin queue.
    pub(crate) fn ctrl(&self) -> Option<CtrlId> {
        let ctrl = self.places.first()?.queue()?.nvmet.ctrl();
        ctrl.is_some().then_some(ctrl)
    }

    /// Takes all queues; none can be added any more.
    pub(crate) fn close(&mut self) -> Closing {
        Closing {
            places: core::mem::replace(&mut self.places, KVVec::new()),
        }
    }
}

impl Closing {
    /// Ends all commands, and takes the queues from nvmet, the admin queue
    /// last. Context: may sleep.
    pub(crate) fn shut_down(&mut self, port: &TargetPort) {
        for place in self.places.iter_mut() {
            if let Place::Published(queue) = place {
                let removed = port.connections.remove(queue);
                *place = Place::Removed(queue.clone(), removed);
            }
        }
        conn_table::settle(self.places.iter_mut().filter_map(|place| match place {
            Place::Removed(_, removed) => removed.take(),
            _ => None,
        }));
        // All are told before any is waited for.
        for queue in self.queues() {
            queue.stop();
        }
        for queue in self.queues() {
            queue.gate().close();
        }
        self.wait_for_write_data();
        for queue in self.queues() {
            queue.nvmet.destroy();
        }
    }

    /// The queues, the admin queue last.
    fn queues(&self) -> impl Iterator<Item = &Arc<Queue>> {
        self.places.iter().rev().filter_map(Place::queue)
    }

    /// Waits until the LLDD has ended all operations that fetch write data, for
    /// nvmet waits for those commands; a limited time. Context: may sleep.
    fn wait_for_write_data(&self) {
        let begin = Instant::<Monotonic>::now();
        let mut said = 0i64;
        let mut pause = 1;
        loop {
            let left = || {
                self.queues()
                    .map(|queue| (queue, queue.pulling()))
                    .filter(|(_, commands)| *commands != 0)
            };
            if left().next().is_none() {
                return;
            }
            let waited = begin.elapsed().as_millis();
            if waited >= WRITE_DATA_MSECS {
                break;
            }
            if waited >= said.saturating_add(SAY_MSECS) {
                said = waited;
                left().for_each(|(queue, commands)| queue.say_pulling(commands, "not ended yet"));
            }
            fsleep(Delta::from_millis(pause));
            pause = pause.saturating_mul(2).min(PAUSE_MSECS);
        }
        for queue in self.queues() {
            let lost = queue.detach();
            if lost != 0 {
                queue.say_pulling(lost, "never ended");
            }
        }
    }

    /// Frees the queues that no exchange uses any more; the last exchange of
    /// another frees that one. Context: may sleep.
    pub(crate) fn free(mut self) {
        for place in self.places.iter_mut() {
            match core::mem::replace(place, Place::Free) {
                Place::Hidden(queue) | Place::Published(queue) | Place::Removed(queue, _) => {
                    if let Some(queue) = Arc::into_unique_or_drop(queue) {
                        *place = Place::Last(queue);
                    }
                }
                other => *place = other,
            }
        }
        synchronize_rcu();
        for place in self.places {
            if let Place::Last(queue) = place {
                Queue::free(queue);
            }
        }
    }
}
