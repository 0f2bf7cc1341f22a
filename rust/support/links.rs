// SPDX-License-Identifier: GPL-2.0

//! Lists of what somebody else owns: adding takes no memory, and taking off no
//! search. Meant for `rust/kernel/list.rs`, whose lists own their items.

use core::{
    cell::UnsafeCell,
    marker::PhantomData,
    ptr, //
};

/// An item's place on a list. Only the list touches it.
pub(crate) struct Links<T>(UnsafeCell<Neighbours<T>>);

/// The items before and after; null at the ends.
struct Neighbours<T> {
    /// The one before.
    previous: *const T,
    /// The one after.
    next: *const T,
}

impl<T> Links<T> {
    /// On no list.
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(Neighbours {
            previous: ptr::null(),
            next: ptr::null(),
        }))
    }
}

/// What may be on a list.
///
/// # Safety
///
/// `links` gives a field of `self`, the same one whenever it is called.
pub(crate) unsafe trait Linked: Sized {
    /// Its place on the list.
    fn links(&self) -> &Links<Self>;
}

/// A list.
///
/// # Invariants
///
/// `first` begins a list of valid items, joined both ways; nobody else changes
/// their links.
pub(crate) struct List<T: Linked> {
    /// The one that was added last; null for none.
    first: *const T,
}

// SAFETY: A list is references to its items.
unsafe impl<T: Linked + Sync> Send for List<T> {}

impl<T: Linked> List<T> {
    /// Nothing on it.
    pub(crate) const fn new() -> Self {
        // INVARIANT: An empty list.
        Self { first: ptr::null() }
    }

    /// Puts an item on the list.
    ///
    /// # Safety
    ///
    /// It is on no list, and stays valid and where it is until it is taken off.
    pub(crate) unsafe fn add(&mut self, item: &T) {
        // SAFETY: The item is on this list now, and its links are ours.
        unsafe { set_previous(item, ptr::null()) };
        // SAFETY: The item is on this list now, and its links are ours.
        unsafe { set_next(item, self.first) };
        if !self.first.is_null() {
            // SAFETY: On the list, by the invariant.
            unsafe { set_previous(self.first, item) };
        }
        // INVARIANT: The new item and the old first are joined.
        self.first = item;
    }

    /// Takes an item off the list.
    ///
    /// # Safety
    ///
    /// It is on this list.
    pub(crate) unsafe fn remove(&mut self, item: &T) {
        // SAFETY: On the list, by this function's contract, so its links are ours.
        let (previous, next) = unsafe { ((*item.links().0.get()).previous, next_of(item)) };
        if previous.is_null() {
            self.first = next;
        } else {
            // SAFETY: A neighbour on the list is on it as well.
            unsafe { set_next(previous, next) };
        }
        if !next.is_null() {
            // SAFETY: A neighbour on the list is on it as well.
            unsafe { set_previous(next, previous) };
        }
        // INVARIANT: The item's neighbours are each other's now.
    }

    /// The items, the one that was added last first.
    pub(crate) fn iter(&self) -> Iter<'_, T> {
        Iter {
            at: self.first,
            _list: PhantomData,
        }
    }
}

/// The items of a list, one after the other.
///
/// # Invariants
///
/// `at` is null or on the list, which is borrowed.
pub(crate) struct Iter<'a, T: Linked> {
    /// The next one.
    at: *const T,
    /// The list.
    _list: PhantomData<&'a List<T>>,
}

impl<'a, T: Linked> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        // SAFETY: Null or on the list, by the invariant, so valid.
        let item = unsafe { self.at.as_ref() }?;
        // SAFETY: On the list, by the invariant.
        self.at = unsafe { next_of(item) };
        Some(item)
    }
}

/// The item after another.
///
/// # Safety
///
/// The item is on the caller's list.
unsafe fn next_of<T: Linked>(item: &T) -> *const T {
    // SAFETY: Its links are the caller's.
    unsafe { (*item.links().0.get()).next }
}

/// Says what comes after an item.
///
/// # Safety
///
/// The item is on the caller's list.
unsafe fn set_next<T: Linked>(item: *const T, next: *const T) {
    // SAFETY: Valid, and its links are the caller's.
    unsafe { (*(*item).links().0.get()).next = next };
}

/// Says what comes before an item.
///
/// # Safety
///
/// The item is on the caller's list.
unsafe fn set_previous<T: Linked>(item: *const T, previous: *const T) {
    // SAFETY: Valid, and its links are the caller's.
    unsafe { (*(*item).links().0.get()).previous = previous };
}
