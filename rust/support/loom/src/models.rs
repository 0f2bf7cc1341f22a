// SPDX-License-Identifier: GPL-2.0

//! The models, one file for each file that is looked at.
//!
//! loom looks for orders by the last access to each word alone. So who writes a word
//! that it has read is the first thread of a model, and who only reads it another:
//! the other way round loom does not see that both touch it.

mod abort_calls;
mod books;
mod connection;
mod exchange_state;
mod held;
mod hw_queue;
mod mark;
mod phase;
mod rcu_table;
mod state_word;
mod static_mutex;
mod submit_gate;
mod word;

use loom::cell::UnsafeCell;

/// Memory without an atomic, such as an LLDD's or a structure's: loom complains when
/// it is written while somebody else may use it.
pub(crate) struct Memory(UnsafeCell<u32>);

// SAFETY: loom runs one thread at a time, and complains about what would be a race.
unsafe impl Send for Memory {}
// SAFETY: loom runs one thread at a time, and complains about what would be a race.
unsafe impl Sync for Memory {}

impl Memory {
    pub(crate) fn new(value: u32) -> Self {
        Self(UnsafeCell::new(value))
    }

    pub(crate) fn read(&self) -> u32 {
        // SAFETY: Always a number.
        self.0.with(|at| unsafe { *at })
    }

    pub(crate) fn write(&self, value: u32) {
        // SAFETY: Always a number.
        self.0.with_mut(|at| unsafe { *at = value });
    }
}
