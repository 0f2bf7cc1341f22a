// SPDX-License-Identifier: GPL-2.0

//! From a connection identifier to its queue, in constant time and without a
//! lock: what every received command begins with.
//!
//! A hash table of fixed size with RCU-protected chains. Identifiers are random,
//! so chains are short; commands only read, under `rcu_read_lock`.

use core::ptr;

use kernel::{
    alloc::KVVec,
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed,
            Release, //
        },
        rcu,
        Arc,
        SpinLockIrq, //
    }, //
};

use crate::{
    queue::Queue,
    shared::proto::ids::ConnectionId, //
};

/// Chains, a power of two. With one connection a chain, 32 hosts may have 128
/// queues each.
const CHAINS: usize = 4096;

/// Where the next queue of a chain is kept.
pub(crate) type Link = Atomic<*mut Queue>;

/// The table of a target port.
///
/// # Invariants
///
/// Every pointer in a chain came from [`Arc::into_raw`], and is not given back
/// before a grace period has passed since it was taken out.
#[pin_data]
pub(crate) struct ConnTable {
    /// First queue of each chain.
    chains: KVVec<Link>,
    /// Serialises changes.
    #[pin]
    changes: SpinLockIrq<()>,
}

/// A queue that is out of the table, and may still be seen by readers.
pub(crate) struct Removed(*const Queue);

// SAFETY: A reference to a queue, which may be given back on any thread.
unsafe impl Send for Removed {}

impl ConnTable {
    /// An empty table. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            chains: {
                let mut chains = KVVec::with_capacity(CHAINS, GFP_KERNEL)?;
                for _ in 0..CHAINS {
                    chains.push(Atomic::new(ptr::null_mut()), GFP_KERNEL)?;
                }
                chains
            },
            changes <- new_spinlock_irq!((), "nvmet_fc::connections"),
        })
    }

    /// The chain of an identifier: the random bits, spread by the queue's
    /// number, which is all that tells the queues of one association apart.
    #[inline]
    fn chain(&self, id: ConnectionId) -> Option<&Link> {
        let value = id.get();
        // CAST: Masked to the number of chains.
        let at = ((value >> 16) ^ value.wrapping_mul(0x9e5)) as usize & (CHAINS - 1);
        self.chains.get(at)
    }

    /// The queue of a connection. Context: any.
    #[inline]
    pub(crate) fn find<'a>(&self, id: ConnectionId, _guard: &'a rcu::Guard) -> Option<&'a Queue> {
        let mut link = self.chain(id)?;
        loop {
            // SAFETY: One aligned word. What is read through the pointer
            // depends on it: this is what the kernel calls rcu_dereference.
            let at = unsafe { ptr::read_volatile(link.as_ptr()) };
            // SAFETY: By the invariant a queue that a reader can see is alive
            // until the reader's section ends.
            let queue = unsafe { at.as_ref() }?;
            if queue.id() == id {
                return Some(queue);
            }
            link = queue.link();
        }
    }

    /// Lets commands find a queue. Its identifier is in no other entry.
    /// Context: any.
    pub(crate) fn insert(&self, queue: Arc<Queue>) {
        let Some(chain) = self.chain(queue.id()) else {
            return;
        };
        let _changes = self.changes.lock();
        queue.link().store(chain.load(Relaxed), Relaxed);
        // INVARIANT: From `Arc::into_raw`.
        // Release: pairs with the dependency in `find`. `remove` stores a pointer
        // that was published before, and releases for the same readers.
        chain.store(Arc::into_raw(queue).cast_mut(), Release);
    }

    /// Takes a queue out. Context: any.
    pub(crate) fn remove(&self, queue: &Queue) -> Option<Removed> {
        let _changes = self.changes.lock();
        let mut link = self.chain(queue.id())?;
        loop {
            let at = link.load(Relaxed);
            if ptr::eq(at, queue) {
                link.store(queue.link().load(Relaxed), Release);
                return Some(Removed(at));
            }
            // SAFETY: What is in a chain is alive, and chains only change
            // under the lock that is held.
            link = unsafe { at.as_ref() }?.link();
        }
    }
}

/// Waits until no reader sees the queues any more, and gives the table's
/// references back. What comes out of `removed` was removed before. Context: may
/// sleep.
pub(crate) fn settle(removed: impl Iterator<Item = Removed>) {
    rcu::synchronize_rcu();
    for queue in removed {
        // SAFETY: By the table's invariant the reference is there to give back,
        // and the grace period has passed.
        drop(unsafe { Arc::from_raw(queue.0) });
    }
}
