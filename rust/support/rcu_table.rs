// SPDX-License-Identifier: GPL-2.0

//! A hash table of fixed size with RCU-protected chains: readers find an object in
//! constant time and without a lock.
//!
//! Objects are in [`Arc`]s and carry the link of their chain. Meant for
//! `rust/kernel/sync/rcu_table.rs`; the C kernel has `rhashtable`, which grows, and
//! `hlist_add_head_rcu()`.
//!
//! C header: [`include/linux/rculist.h`](srctree/include/linux/rculist.h)

use core::{ffi::c_void, ptr};

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
        ArcBorrow,
        SpinLockIrq, //
    }, //
};

use crate::shared::support::access;

/// Where an object is kept that others are to find.
type Place<T> = Atomic<*mut T>;

/// What an object has for the chain that it is in.
pub(crate) struct Link<T> {
    /// The next object.
    next: Place<T>,
    /// The object was put into a table.
    used: Atomic<bool>,
}

impl<T> Link<T> {
    /// One that is in no chain.
    pub(crate) fn new() -> Self {
        Self {
            next: Atomic::new(ptr::null_mut()),
            used: Atomic::new(false),
        }
    }
}

/// What has a link. Implemented by [`impl_has_link`].
///
/// # Safety
///
/// `link` gives a field of the object, which nothing else uses.
pub(crate) unsafe trait HasLink: Sized {
    /// The link.
    fn link(&self) -> &Link<Self>;
}

/// Implements [`HasLink`] by a field: `impl_has_link!(Object, self.link)`.
#[allow(
    unused_macros,
    reason = "each module uses its own part of what is shared"
)]
macro_rules! impl_has_link {
    ($object:ty, $self:ident . $field:ident) => {
        #[allow(unsafe_code, reason = "the field is this one's alone")]
        // SAFETY: A field of the object, which is private to this implementation.
        unsafe impl $crate::shared::support::rcu_table::HasLink for $object {
            #[inline]
            fn link(&$self) -> &$crate::shared::support::rcu_table::Link<Self> {
                &$self.$field
            }
        }
    };
}
#[allow(
    unused_imports,
    reason = "each module uses its own part of what is shared"
)]
pub(crate) use impl_has_link;

/// What a table can hold.
pub(crate) trait Linked: HasLink + Send + Sync {
    /// What it is found by. That of an object never changes.
    type Key: Copy + PartialEq;

    /// Its key.
    fn key(&self) -> Self::Key;

    /// A number whose low bits differ for keys that are there together.
    fn hash(key: Self::Key) -> u64;
}

/// A table of `CHAINS` chains, a power of two.
///
/// # Invariants
///
/// Every pointer in a chain came from [`Arc::into_raw`], is in that chain alone, and
/// is not given back before a grace period has passed since it was taken out.
#[pin_data]
pub(crate) struct RcuTable<T, const CHAINS: usize> {
    /// First object of each chain.
    chains: KVVec<Place<T>>,
    /// Serialises changes.
    #[pin]
    changes: SpinLockIrq<()>,
}

/// An object, of whatever type, that is out of a table, and may still be seen by
/// readers.
///
/// # Invariants
///
/// `release` gives back the table's reference to `object`, which is there.
#[must_use = "dropped, it keeps the object for ever"]
pub(crate) struct Removed {
    /// The object.
    object: *const c_void,
    /// Drops an [`Arc`] of it.
    release: unsafe fn(*const c_void),
}

// SAFETY: A reference to an object that is `Send` and `Sync`, as all in tables are.
unsafe impl Send for Removed {}

/// Gives a reference back.
///
/// # Safety
///
/// `object` is from [`Arc::into_raw`], and the reference is the caller's.
unsafe fn release<T>(object: *const c_void) {
    // SAFETY: By this function's contract.
    drop(unsafe { Arc::from_raw(object.cast::<T>()) });
}

impl<T: Linked, const CHAINS: usize> RcuTable<T, CHAINS> {
    /// An empty table. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        const { assert!(CHAINS.is_power_of_two()) };
        try_pin_init!(Self {
            chains: {
                let mut chains = KVVec::with_capacity(CHAINS, GFP_KERNEL)?;
                for _ in 0..CHAINS {
                    chains.push(Atomic::new(ptr::null_mut()), GFP_KERNEL)?;
                }
                chains
            },
            changes <- new_spinlock_irq!((), "RcuTable::changes"),
        })
    }

    /// The chain of a key.
    #[inline]
    fn chain(&self, key: T::Key) -> Option<&Place<T>> {
        // CAST: Masked to the number of chains.
        self.chains.get(T::hash(key) as usize & (CHAINS - 1))
    }

    /// The object with this key. Context: any.
    #[inline]
    pub(crate) fn find<'a>(&self, key: T::Key, _guard: &'a rcu::Guard) -> Option<ArcBorrow<'a, T>> {
        let mut place = self.chain(key)?;
        loop {
            // Partner of the releases in `insert` and `remove`.
            let at = access::dereference(place);
            // SAFETY: By the invariant an object that a reader can see is alive
            // until the reader's section ends.
            let object = unsafe { at.as_ref() }?;
            if object.key() == key {
                // SAFETY: By the invariant it is from `Arc::into_raw`, and its
                // reference is not given back within the reader's section.
                return Some(unsafe { ArcBorrow::from_raw(at) });
            }
            place = &object.link().next;
        }
    }

    /// Lets readers find an object, once in its life: nothing happens when it was
    /// in a table before. No other object here has its key. Context: any.
    pub(crate) fn insert(&self, object: Arc<T>) {
        let Some(chain) = self.chain(object.key()) else {
            return;
        };
        let link = object.link();
        if link.used.xchg(true, Relaxed) {
            return;
        }
        let _changes = self.changes.lock();
        link.next.store(chain.load(Relaxed), Relaxed);
        // INVARIANT: From `Arc::into_raw`.
        // Release: pairs with the dependency in `find`. `remove` stores a pointer
        // that was published before, and releases for the same readers.
        chain.store(Arc::into_raw(object).cast_mut(), Release);
    }

    /// Takes an object out. Context: any.
    pub(crate) fn remove(&self, object: &T) -> Option<Removed> {
        let _changes = self.changes.lock();
        let mut place = self.chain(object.key())?;
        loop {
            let at = place.load(Relaxed);
            if ptr::eq(at, object) {
                place.store(object.link().next.load(Relaxed), Release);
                // INVARIANT: The chain had the reference, and has it no more.
                return Some(Removed {
                    object: at.cast(),
                    release: release::<T>,
                });
            }
            // SAFETY: What is in a chain is alive, and chains only change
            // under the lock that is held.
            place = &unsafe { at.as_ref() }?.link().next;
        }
    }
}

/// Waits until no reader sees the objects any more, and gives the table's
/// references back. What comes out of `removed` was removed before. Context: may
/// sleep.
pub(crate) fn settle(removed: impl Iterator<Item = Removed>) {
    rcu::synchronize_rcu();
    for object in removed {
        // SAFETY: By the invariants the reference is there to give back, once, as a
        // grace period has passed.
        unsafe { (object.release)(object.object) };
    }
}
