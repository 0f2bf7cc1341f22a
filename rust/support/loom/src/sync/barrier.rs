// SPDX-License-Identifier: GPL-2.0

//! `kernel::sync::barrier`.

use loom::sync::atomic::{fence, Ordering};

use crate::{
    sync::atomic::Full,
    weaker::{self, Weaker},
};

/// Everything before comes before everything after.
pub(crate) fn smp_mb(_: Full) {
    if !weaker::is(Weaker::Barrier) {
        fence(Ordering::SeqCst);
    }
}
