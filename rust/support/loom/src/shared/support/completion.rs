// SPDX-License-Identifier: GPL-2.0

//! `rust/support/completion.rs` over loom.

use loom::sync::{Condvar, Mutex};

use crate::prelude::*;

/// An event.
pub(crate) struct Completion {
    happened: Mutex<bool>,
    changed: Condvar,
}

impl Completion {
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            happened: Mutex::new(false),
            changed: Condvar::new(),
        })
    }

    pub(crate) fn complete_all(&self) {
        *self.happened.lock().unwrap() = true;
        self.changed.notify_all();
    }

    pub(crate) fn wait(&self) {
        let mut happened = self.happened.lock().unwrap();
        while !*happened {
            happened = self.changed.wait(happened).unwrap();
        }
    }
}
