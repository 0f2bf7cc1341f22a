// SPDX-License-Identifier: GPL-2.0

//! `kernel::sync::rcu`: a grace period is a writer's lock among readers', held for no
//! time. So whoever reads has begun after it, or ended before.

use loom::sync::{RwLock, RwLockReadGuard};

use crate::weaker::{self, Weaker};

loom::lazy_static! {
    /// Who reads.
    static ref READERS: RwLock<()> = RwLock::new(());
}

/// A reader's section.
pub(crate) struct Guard(RwLockReadGuard<'static, ()>);

/// Begins one.
pub(crate) fn read_lock() -> Guard {
    Guard(READERS.read().unwrap())
}

/// Waits for all that have begun.
pub(crate) fn synchronize_rcu() {
    if !weaker::is(Weaker::GracePeriod) {
        drop(READERS.write().unwrap());
    }
}
