// SPDX-License-Identifier: GPL-2.0

//! Mutexes in statics, which nobody has to make ready; meant for
//! `rust/kernel/sync/lock/global.rs`.
//!
//! The kernel crate's `global_lock!` wants a promise that its `init` was called
//! before it is locked, and that it was called once. Here the first to lock it
//! does that.
//!
//! C header: [`include/linux/mutex.h`](srctree/include/linux/mutex.h)

use core::{
    cell::UnsafeCell,
    marker::PhantomData,
    mem::MaybeUninit,
    ops::{
        Deref,
        DerefMut, //
    },
    pin::Pin, //
};

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            Full,
            Release, //
        },
        LockClassKey,
        Mutex,
        MutexGuard, //
    },
    time::{
        delay::fsleep,
        Delta, //
    },
    types::Opaque, //
};

/// Nobody has locked it yet.
const NEW: u32 = 0;
/// The first to lock it makes it ready.
const BEGUN: u32 = 1;
/// It is ready.
const READY: u32 = 2;

/// A mutex for a static.
///
/// # Invariants
///
/// `mutex` is initialised when `state` is [`READY`], and stays so.
pub(crate) struct StaticMutex<T> {
    /// How far it is.
    state: Atomic<u32>,
    /// The mutex.
    mutex: Opaque<MaybeUninit<Mutex<T>>>,
    /// The first value.
    value: fn() -> T,
    /// Lockdep's name of it.
    name: &'static CStr,
    /// Lockdep's class of it.
    class: Pin<&'static LockClassKey>,
}

// SAFETY: As a mutex; who makes it ready is alone with it.
unsafe impl<T: Send> Sync for StaticMutex<T> {}

impl<T> StaticMutex<T> {
    /// One that has `value()` in it. [`static_mutex`] is what calls this.
    pub(crate) const fn new(
        value: fn() -> T,
        name: &'static CStr,
        class: Pin<&'static LockClassKey>,
    ) -> Self {
        Self {
            state: Atomic::new(NEW),
            mutex: Opaque::uninit(),
            value,
            name,
            class,
        }
    }

    /// Locks it. Context: may sleep.
    pub(crate) fn lock(&'static self) -> MutexGuard<'static, T> {
        // Acquire: partner of the release in `make_ready`.
        if self.state.load(Acquire) != READY {
            self.make_ready();
        }
        let mutex = self.mutex.get().cast::<Mutex<T>>();
        // SAFETY: Initialised, by the invariant, and a static.
        unsafe { &*mutex }.lock()
    }

    /// Makes it ready, or waits until somebody has. Context: may sleep.
    #[cold]
    fn make_ready(&'static self) {
        if self.state.cmpxchg(NEW, BEGUN, Full).is_ok() {
            let init = Mutex::new((self.value)(), self.name, self.class);
            let mutex = self.mutex.get().cast::<Mutex<T>>();
            // SAFETY: Memory of a static, which never moves, and one wins the change
            // above. The initialisation cannot fail.
            unsafe { pin_init::raw_init(mutex, init) };
            // INVARIANT: Just initialised.
            // Release: partner of the acquire in `lock`.
            self.state.store(READY, Release);
        }
        while self.state.load(Acquire) != READY {
            fsleep(Delta::from_millis(1));
        }
    }
}

/// A lock of which there is one.
///
/// # Safety
///
/// `mutex` gives the same mutex at every call, and no other implementation does.
pub(crate) unsafe trait StaticLock: 'static {
    /// What is locked.
    type Value: 'static;

    /// The mutex.
    fn mutex() -> &'static StaticMutex<Self::Value>;

    /// Locks it. Context: may sleep.
    fn lock() -> StaticGuard<Self> {
        StaticGuard(Self::mutex().lock())
    }
}

/// Defines a lock: `static_mutex!(pub(crate) NAME: Type = value)`. `NAME::lock()`
/// locks it.
#[allow(
    unused_macros,
    reason = "each module uses its own part of what is shared"
)]
macro_rules! static_mutex {
    ($(#[$meta:meta])* $vis:vis $name:ident: $value:ty = $init:expr) => {
        $(#[$meta])*
        $vis struct $name(());

        #[allow(unsafe_code, reason = "the static is this implementation's alone")]
        // SAFETY: The static is inside the one function that gives it.
        unsafe impl $crate::shared::support::static_mutex::StaticLock for $name {
            type Value = $value;

            fn mutex(
            ) -> &'static $crate::shared::support::static_mutex::StaticMutex<Self::Value> {
                static MUTEX: $crate::shared::support::static_mutex::StaticMutex<$value> =
                    $crate::shared::support::static_mutex::StaticMutex::new(
                        || $init,
                        ::kernel::c_str!(stringify!($name)),
                        ::kernel::static_lock_class!(),
                    );
                &MUTEX
            }
        }
    };
}
#[allow(
    unused_imports,
    reason = "each module uses its own part of what is shared"
)]
pub(crate) use static_mutex;

/// The right to what is locked.
#[must_use = "dropped, it unlocks"]
pub(crate) struct StaticGuard<L: StaticLock + ?Sized>(MutexGuard<'static, L::Value>);

impl<L: StaticLock + ?Sized> Deref for StaticGuard<L> {
    type Target = L::Value;

    fn deref(&self) -> &L::Value {
        &self.0
    }
}

impl<L: StaticLock<Value: Unpin> + ?Sized> DerefMut for StaticGuard<L> {
    fn deref_mut(&mut self) -> &mut L::Value {
        &mut self.0
    }
}

/// What belongs to a lock, but is not inside it.
pub(crate) struct LockedBy<T, L> {
    /// The value.
    value: UnsafeCell<T>,
    /// Its lock.
    _lock: PhantomData<fn(L)>,
}

// SAFETY: Who gets at the value has the one lock of type `L`.
unsafe impl<T: Send, L> Sync for LockedBy<T, L> {}

impl<T, L: StaticLock> LockedBy<T, L> {
    /// To be used with the lock of type `L` held.
    pub(crate) const fn new(value: T) -> Self {
        Self {
            value: UnsafeCell::new(value),
            _lock: PhantomData,
        }
    }

    /// The value.
    pub(crate) fn get<'a>(&'a self, _locked: &'a mut StaticGuard<L>) -> &'a mut T {
        // SAFETY: There is one lock of type `L`, and it is held, and borrowed as long
        // as the value is.
        unsafe { &mut *self.value.get() }
    }
}
