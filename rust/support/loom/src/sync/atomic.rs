// SPDX-License-Identifier: GPL-2.0

//! `kernel::sync::atomic`: the kernel's orders in loom's. What is fully ordered has
//! a full fence on either side; a compare-and-exchange has one behind it if it
//! succeeds, and is a relaxed load if it fails.

use std::{
    cell::{OnceCell, RefCell},
    mem::{size_of, transmute_copy},
    ptr,
};

use loom::sync::atomic::{fence, AtomicU64, Ordering as LoomOrder};

use crate::weaker::{self, Weaker};

/// How an access is ordered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Relaxed,
    Acquire,
    Release,
    Full,
}

impl Order {
    /// As loom has it, unless it is one that is not to be kept.
    fn loom(self) -> LoomOrder {
        match self {
            Self::Acquire if !weaker::is(Weaker::Acquire) => LoomOrder::Acquire,
            Self::Release if !weaker::is(Weaker::Release) => LoomOrder::Release,
            Self::Full if !weaker::is(Weaker::Full) => LoomOrder::AcqRel,
            _ => LoomOrder::Relaxed,
        }
    }

    /// The fence on either side of a change.
    fn fence(self) {
        if self == Self::Full && !weaker::is(Weaker::Full) && !weaker::is(Weaker::FullFence) {
            fence(LoomOrder::SeqCst);
        }
    }
}

/// A type that stands for an order.
pub(crate) trait Ordering {
    const ORDER: Order;
}

macro_rules! orders {
    ($($name:ident),*) => { $(
        pub(crate) struct $name;

        impl Ordering for $name {
            const ORDER: Order = Order::$name;
        }
    )* };
}
orders!(Relaxed, Acquire, Release, Full);

/// The bytes of a value in a word, zeroes behind them.
fn bits<T: Copy>(value: T) -> u64 {
    const { assert!(size_of::<T>() <= size_of::<u64>()) };
    let mut bits = 0u64;
    // SAFETY: So many bytes are there, and fit.
    unsafe {
        ptr::copy_nonoverlapping(
            (&raw const value).cast(),
            (&raw mut bits).cast::<u8>(),
            size_of::<T>(),
        );
    }
    bits
}

/// The value that [`bits`] was given.
fn value<T: Copy>(bits: u64) -> T {
    // SAFETY: Every word is one that `bits` made.
    unsafe { transmute_copy(&bits) }
}

/// How many atomics a model may have.
const MOST: usize = 32;

thread_local! {
    /// Words of zero that nobody has yet. They are there before any thread of the model,
    /// so that an atomic can be made in a constant, and first used by any of them.
    static FRESH: RefCell<Vec<AtomicU64>> = const { RefCell::new(Vec::new()) };
}

/// A run of a model begins: makes its words.
pub(crate) fn begin() {
    FRESH.with_borrow_mut(|fresh| fresh.extend((0..MOST).map(|_| AtomicU64::new(0))));
}

/// It ends.
pub(crate) fn end() {
    FRESH.with_borrow_mut(Vec::clear);
}

/// A word, which has the difference to the first value.
pub(crate) struct Atomic<T> {
    initial: T,
    word: OnceCell<AtomicU64>,
}

// SAFETY: loom runs one thread at a time.
unsafe impl<T> Send for Atomic<T> {}
// SAFETY: loom runs one thread at a time.
unsafe impl<T> Sync for Atomic<T> {}

impl<T: Copy> Atomic<T> {
    pub(crate) const fn new(initial: T) -> Self {
        Self {
            initial,
            word: OnceCell::new(),
        }
    }

    fn word(&self) -> &AtomicU64 {
        let fresh = || FRESH.with_borrow_mut(|fresh| fresh.pop().expect("more atomics than MOST"));
        self.word.get_or_init(fresh)
    }

    fn encode(&self, value: T) -> u64 {
        bits(value).wrapping_sub(bits(self.initial))
    }

    fn decode(&self, word: u64) -> T {
        value(word.wrapping_add(bits(self.initial)))
    }

    pub(crate) fn load<O: Ordering>(&self, _: O) -> T {
        self.decode(self.word().load(O::ORDER.loom()))
    }

    pub(crate) fn store<O: Ordering>(&self, new: T, _: O) {
        self.word().store(self.encode(new), O::ORDER.loom());
    }

    /// A change of the word: what it was.
    fn change<O: Ordering>(&self, change: impl FnOnce(&AtomicU64, LoomOrder) -> u64) -> T {
        O::ORDER.fence();
        let before = change(self.word(), O::ORDER.loom());
        O::ORDER.fence();
        self.decode(before)
    }

    pub(crate) fn xchg<O: Ordering>(&self, new: T, _: O) -> T {
        self.change::<O>(|word, order| word.swap(self.encode(new), order))
    }

    pub(crate) fn cmpxchg<O: Ordering>(&self, old: T, new: T, _: O) -> Result<T, T> {
        let (old, new) = (self.encode(old), self.encode(new));
        let order = O::ORDER.loom();
        match self
            .word()
            .compare_exchange(old, new, order, LoomOrder::Relaxed)
        {
            Ok(before) => {
                O::ORDER.fence();
                Ok(self.decode(before))
            }
            Err(now) => Err(self.decode(now)),
        }
    }

    /// No model lets a number of less than 64 bits wrap or fall below zero.
    pub(crate) fn fetch_add<O: Ordering>(&self, add: T, _: O) -> T {
        self.change::<O>(|word, order| word.fetch_add(bits(add), order))
    }

    /// See [`Atomic::fetch_add`].
    pub(crate) fn fetch_sub<O: Ordering>(&self, less: T, _: O) -> T {
        self.change::<O>(|word, order| word.fetch_sub(bits(less), order))
    }

    pub(crate) fn add(&self, add: T, order: Relaxed) {
        self.fetch_add(add, order);
    }
}
