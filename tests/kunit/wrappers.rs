// SPDX-License-Identifier: GPL-2.0

//! Suites of what wraps the kernel, where the transports cannot force the case.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc, //
    },
    time::{
        delay::fsleep,
        Delta, //
    },
    workqueue, //
};

use crate::{
    cases::outcome::{
        ensure_eq,
        CaseResult,
        OrFail, //
    },
    shared::support::{
        completion::Completion,
        paged::PagedArray,
        static_mutex::{
            static_mutex,
            StaticLock, //
        }, //
    }, //
};

/// Threads that lock a mutex.
const THREADS: usize = 6;
/// How often the first value of [`Slow`] was made.
static MADE: Atomic<u32> = Atomic::new(0);

/// A first value that takes so long that all threads come meanwhile.
fn slow() -> usize {
    MADE.add(1, Relaxed);
    fsleep(Delta::from_millis(50));
    0
}

static_mutex! {
    /// A mutex that nobody has locked before the suite runs.
    Slow: usize = slow()
}

/// An array of `length` objects of `SIZE` bytes, each of which has its index.
fn paged<const SIZE: usize>(length: usize) -> CaseResult {
    let array = PagedArray::new(length, |index| [index as u8; SIZE]).or_fail()?;

    ensure_eq!(array.len(), length);
    ensure_eq!(array.iter().count(), length);
    for (index, object) in array.iter().enumerate() {
        ensure_eq!(object[SIZE - 1], index as u8);
        let found = array.get(index).map(core::ptr::from_ref);
        ensure_eq!(found, Some(core::ptr::from_ref(object)));
    }
    ensure_eq!(array.get(length), None);
    let last = array.iter().next_back().map(|object| object[0]);
    ensure_eq!(last, length.checked_sub(1).map(|index| index as u8));
    Ok(())
}

/// The cases.
#[kunit_tests(nvme_fc_wrappers)]
mod suite {
    use super::*;

    #[test]
    fn a_static_mutex_is_made_once() -> CaseResult {
        let over = Arc::pin_init(Completion::new(), GFP_KERNEL).or_fail()?;
        for _ in 0..THREADS {
            let over = over.clone();
            workqueue::system_unbound()
                .try_spawn(GFP_KERNEL, move || {
                    let mut count = Slow::lock();
                    *count += 1;
                    if *count % THREADS == 0 {
                        over.complete_all();
                    }
                })
                .or_fail()?;
        }
        over.wait();
        ensure_eq!(MADE.load(Relaxed), 1);
        ensure_eq!(*Slow::lock() % THREADS, 0);
        Ok(())
    }

    #[test]
    fn a_paged_array_has_each_object_once() -> CaseResult {
        for length in [0, 1, 2, 3, 4, 7, 200] {
            // Many to a page, two and some room, one, and less than one.
            paged::<1>(length)?;
            paged::<1500>(length)?;
            paged::<4096>(length)?;
            paged::<5000>(length)?;
        }
        Ok(())
    }
}
