// SPDX-License-Identifier: GPL-2.0

//! `kernel::time`.

/// A time.
pub(crate) struct Delta;

impl Delta {
    pub(crate) fn from_millis(_: i64) -> Self {
        Self
    }
}

pub(crate) mod delay {
    /// Lets others run, which is all that a model has of time.
    pub(crate) fn fsleep(_: super::Delta) {
        loom::thread::yield_now();
    }
}
