// SPDX-License-Identifier: GPL-2.0

//! Ends write data that never comes: of an association that lives, nobody else
//! would. LLDDs are told how long a transfer may take, and not all look.

use crate::queue::{
    command,
    exchange::Exchange,
    Queue, //
};

impl Queue {
    /// Looks at each operation that fetches write data, and aborts those that
    /// have been looked at often enough. Says how many. Context: may sleep; not
    /// beside [`Queue::stop`].
    pub(crate) fn end_stale(&self) -> usize {
        if !self.is_busy() {
            return 0;
        }
        let mut ended = 0;
        for slot in self.slots() {
            if !slot.phase.grow_older() {
                continue;
            }
            ended += 1;
            let list = self.list().lock();
            // SAFETY: The lock is held.
            let lldd = unsafe { slot.lldd() };
            drop(list);
            // SAFETY: The operation at hand is not over before `aborted` below,
            // so the exchange was not released.
            unsafe { self.port().lldd.fcp_abort(lldd) };
            if slot.phase.aborted() {
                // SAFETY: So it was said just now.
                command::carry_on(unsafe { Exchange::carry_on(slot) });
            }
        }
        ended
    }
}
