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
}
