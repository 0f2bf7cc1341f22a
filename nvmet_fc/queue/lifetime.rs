// SPDX-License-Identifier: GPL-2.0

//! What keeps a queue in memory.
//!
//! Its association does, and then its exchanges, together: a reference for each would
//! cost two atomic operations a command. They are counted when they take a slot, under
//! the list's lock, and when they are over. When nobody can take one any more, the
//! association leaves its reference to those that are left, if there are any; the last
//! one gives it back. Until then it is not looked for.

use kernel::sync::Arc;

use crate::queue::Queue;

impl Queue {
    /// Waits until no command is on its way into nvmet. Context: may sleep; the queue
    /// was stopped. Once.
    pub(crate) fn close_gate(&self) {
        let taken = self.list().lock().taken;
        self.gate().close(taken);
    }

    /// Leaves the association's reference to the exchanges, or gives it back if there
    /// are none. Context: any; the queue was stopped. Once.
    pub(crate) fn leave_to_exchanges(queue: Arc<Self>) -> Option<Arc<Self>> {
        let taken = queue.list().lock().taken;
        let queue = Arc::into_raw(queue);
        // SAFETY: Alive by the reference, which is not given back before this call is
        // over at the counter.
        if unsafe { &*queue }.exchanges().close(taken) {
            // SAFETY: From just now, and nobody else has it: no exchange is left.
            Some(unsafe { Arc::from_raw(queue) })
        } else {
            None
        }
    }

    /// An exchange is over: its slot is back, and so is what the LLDD has of it.
    /// Context: any, hard IRQ included.
    ///
    /// # Safety
    ///
    /// `queue` is from [`Arc::as_ptr`], and the caller has an exchange of it, which was
    /// counted when its slot was taken, and which is counted here this once. The caller
    /// uses the queue no more.
    #[inline(always)]
    pub(super) unsafe fn exchange_over(queue: *const Self) {
        // SAFETY: The queue is there for all exchanges that are not over.
        if unsafe { &*queue }.exchanges().leave() {
            // SAFETY: The last exchange of a closed count has the reference that
            // `leave_to_exchanges` has left.
            Self::put(unsafe { Arc::from_raw(queue) });
        }
    }
}
