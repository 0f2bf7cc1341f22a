// SPDX-License-Identifier: GPL-2.0

//! Objects that are under way.
//!
//! Transports name them by their requests' addresses; here they are found again without looking at
//! any `private` field, which this LLDD overwrites on purpose.

use kernel::{
    prelude::*,
    rbtree::{RBTree, RBTreeNode},
    sync::{
        atomic::{Atomic, Full},
        lock::{GlobalLock, GlobalLockBackend},
        Arc, //
    },
};

/// Objects by a key of theirs.
type Table<T> = Option<RBTree<usize, Arc<T>>>;

/// The objects of one type.
pub(crate) struct Live<T> {
    /// All of them, by their own addresses.
    all: Table<T>,
    /// Those that a transport's request leads to, by its address.
    by_request: Table<T>,
}

impl<T> Live<T> {
    /// Before [`init`].
    pub(crate) const EMPTY: Self = Self {
        all: None,
        by_request: None,
    };
}

/// A type of objects that has a registry: see [`registry`].
pub(crate) trait Listed: Sized + 'static {
    /// The type of the lock.
    type Lock: GlobalLockBackend<Item = Live<Self>>;

    /// The objects, and whether the lock has been made.
    fn registry() -> (&'static GlobalLock<Self::Lock>, &'static Atomic<bool>);
}

/// Gives a type its registry, of that name.
macro_rules! registry {
    ($name:ident: $object:ty) => {
        kernel::sync::global_lock! {
            // SAFETY: `registry::init` is called before anything else of the module runs.
            pub(crate) unsafe(uninit) static $name: SpinLockIrq<$crate::support::registry::Live<$object>> =
                $crate::support::registry::Live::EMPTY;
        }

        impl $crate::support::registry::Listed for $object {
            type Lock = $name;

            fn registry() -> (
                &'static kernel::sync::lock::GlobalLock<$name>,
                &'static kernel::sync::atomic::Atomic<bool>,
            ) {
                static MADE: kernel::sync::atomic::Atomic<bool> =
                    kernel::sync::atomic::Atomic::new(false);
                (&$name, &MADE)
            }
        }
    };
}
pub(crate) use registry;

/// The objects of a type.
fn live<T: Listed>() -> &'static GlobalLock<T::Lock> {
    T::registry().0
}

/// Makes the registry of a type: among the first things that the module does.
pub(crate) fn init<T: Listed>() {
    let (lock, made) = T::registry();
    if made.xchg(true, Full) {
        return;
    }
    // SAFETY: The flag says that this is the first time, and nothing of the module runs before.
    unsafe { lock.init() };
    *lock.lock() = Live {
        all: Some(RBTree::new()),
        by_request: Some(RBTree::new()),
    };
}

/// Empties the registry of a type, when the module goes.
pub(crate) fn clear<T: Listed>() {
    let live = core::mem::replace(&mut *live::<T>().lock(), Live::EMPTY);
    drop(live);
}

/// Adds an object, to which the request at that address leads, if it is not 0. Context: any.
///
/// # Errors
///
/// `ENOMEM`.
pub(crate) fn add<T: Listed>(object: &Arc<T>, request: usize) -> Result {
    let node = |key| RBTreeNode::new(key, object.clone(), GFP_ATOMIC);
    let own = node(Arc::as_ptr(object) as usize)?;
    let by_request = match request {
        0 => None,
        key => Some(node(key)?),
    };
    let mut guard = live::<T>().lock();
    let Live {
        all,
        by_request: requests,
    } = &mut *guard;
    let old = all.as_mut().and_then(|table| table.insert(own));
    let old_request =
        by_request.and_then(|node| requests.as_mut().and_then(|table| table.insert(node)));
    drop(guard);
    drop((old, old_request));
    Ok(())
}

/// The object of a request. Context: any.
pub(crate) fn by_request<T: Listed>(request: usize) -> Option<Arc<T>> {
    let live = live::<T>().lock();
    live.by_request.as_ref()?.get(&request).cloned()
}

/// The request is about to be completed.
pub(crate) fn remove_request<T: Listed>(request: usize) {
    let mut live = live::<T>().lock();
    let table = live.by_request.as_mut();
    let node = table.and_then(|table| table.remove_node(&request));
    drop(live);
    drop(node);
}

/// The object is over.
pub(crate) fn remove<T: Listed>(object: &Arc<T>) {
    let own = Arc::as_ptr(object) as usize;
    let mut live = live::<T>().lock();
    let node = live.all.as_mut().and_then(|table| table.remove_node(&own));
    drop(live);
    drop(node);
}

/// Calls `act` for every object that there is all the while. Context: any.
pub(crate) fn each<T: Listed>(mut act: impl FnMut(&Arc<T>)) {
    let mut from = 0;
    loop {
        let next = {
            let live = live::<T>().lock();
            let cursor = live
                .all
                .as_ref()
                .and_then(|all| all.cursor_lower_bound(&from));
            cursor.map(|cursor| cursor.current().1.clone())
        };
        let Some(object) = next else {
            return;
        };
        from = (Arc::as_ptr(&object) as usize).saturating_add(1);
        act(&object);
    }
}
