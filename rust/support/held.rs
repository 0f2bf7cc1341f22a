// SPDX-License-Identifier: GPL-2.0

//! A part of an object that those who use it hold: the object's end is put off
//! until the last of them is gone.
//!
//! References to the memory do not put it off, as they are an [`Arc`]'s. Meant for
//! `rust/kernel/sync/held.rs`; in C it is a second `kref` beside that of the memory.

use core::{ops::Deref, ptr::NonNull};

use kernel::{
    new_spinlock_irq,
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc,
        Refcount,
        SpinLockIrq, //
    }, //
};

/// An object that is told when nobody holds its part any more.
pub(crate) trait Ended: Send + Sync {
    /// The last hold is gone. Context: any, hard IRQ included.
    fn ended(self: Arc<Self>);
}

/// The part, which is the first field, and who holds it.
///
/// # Invariants
///
/// While `holds` is not zero, `whole` has a reference to an object that this is a
/// part of, so that neither is freed.
#[pin_data]
#[repr(C)]
pub(crate) struct Held<T, W: ?Sized> {
    /// What is held.
    #[pin]
    pub(crate) part: T,
    /// Holds.
    holds: Refcount,
    /// The object, from the first hold to the last.
    #[pin]
    whole: SpinLockIrq<Option<Arc<W>>>,
}

impl<T, W: ?Sized> Held<T, W> {
    /// A part that nobody holds.
    ///
    /// # Errors
    ///
    /// Those of `part`.
    pub(crate) fn new(part: impl PinInit<T, Error>) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            part <- part,
            holds: Refcount::new(0),
            whole <- new_spinlock_irq!(None, "Held::whole"),
        })
    }

    /// How many hold it now. Context: any.
    pub(crate) fn holds(&self) -> i32 {
        self.holds.as_atomic().load(Relaxed)
    }
}

impl<T, W: ?Sized> Deref for Held<T, W> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.part
    }
}

/// Puts the end of an object off, and keeps it in memory.
///
/// # Invariants
///
/// One of the part's `holds` is this value's.
pub(crate) struct Hold<T, W: Ended + ?Sized>(NonNull<Held<T, W>>);

// SAFETY: It gives out shared references to the part, and may be the last to have
// the object, which can go in any thread.
unsafe impl<T: Send + Sync, W: Ended + ?Sized> Send for Hold<T, W> {}
// SAFETY: A shared reference gives out shared references to the part only.
unsafe impl<T: Send + Sync, W: Ended + ?Sized> Sync for Hold<T, W> {}

impl<T, W: Ended + ?Sized> Hold<T, W> {
    /// The first hold on `part` of a new object. Context: any.
    ///
    /// # Errors
    ///
    /// `EBUSY`: it has one.
    pub(crate) fn first(whole: Arc<W>, part: fn(&W) -> &Held<T, W>) -> Result<Self> {
        let held = part(&whole);
        let mut kept = held.whole.lock();
        if kept.is_some() {
            return Err(EBUSY);
        }
        held.holds.set(1);
        *kept = Some(whole.clone());
        drop(kept);
        // INVARIANT: The one that was just counted, and the object is kept.
        Ok(Self(NonNull::from(held)))
    }

    /// Another hold on a part that may have lost its last. Context: any.
    pub(crate) fn try_new(held: &Held<T, W>) -> Option<Self> {
        let holds = held.holds.as_atomic();
        // Relaxed, as refcount_inc_not_zero's: what the holder reads of the part was
        // written before the caller had it. `Drop` orders the other end.
        let mut old = holds.load(Relaxed);
        while old > 0 {
            match holds.cmpxchg(old, old.wrapping_add(1), Relaxed) {
                // INVARIANT: It was not zero, and has one more.
                Ok(_) => return Some(Self(NonNull::from(held))),
                Err(now) => old = now,
            }
        }
        None
    }

    /// The object. Context: any.
    pub(crate) fn whole(&self) -> Option<Arc<W>> {
        self.held().whole.lock().clone()
    }

    /// The part with its count.
    #[inline]
    fn held(&self) -> &Held<T, W> {
        // SAFETY: By the invariants the part is alive.
        unsafe { self.0.as_ref() }
    }
}

impl<T, W: Ended + ?Sized> Clone for Hold<T, W> {
    fn clone(&self) -> Self {
        self.held().holds.inc();
        // INVARIANT: Just taken.
        Self(self.0)
    }
}

impl<T, W: Ended + ?Sized> Deref for Hold<T, W> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.held().part
    }
}

impl<T, W: Ended + ?Sized> Drop for Hold<T, W> {
    /// Context: any, hard IRQ included.
    fn drop(&mut self) {
        let held = self.held();
        // A release, and an acquire for the last: all uses come before the end.
        if !held.holds.dec_and_test() {
            return;
        }
        // INVARIANT: Nobody holds it.
        let whole = held.whole.lock().take();
        if let Some(whole) = whole {
            whole.ended();
        }
    }
}
