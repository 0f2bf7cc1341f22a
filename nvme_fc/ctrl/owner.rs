// SPDX-License-Identifier: GPL-2.0

//! What commands, and the block layer, know of a controller.

use kernel::sync::ArcBorrow;

use crate::{
    counts,
    ctrl::{
        failure,
        Ctrl, //
    },
    io::{
        abort_calls::AbortCalls,
        connection::QueueOwner,
        operations::HasQueues,
        queue::Queue, //
    },
    shared::{
        proto::cause::Cause,
        support::queue_map::QueueMap, //
    },
    trace::Command, //
};

impl QueueOwner for Ctrl {
    fn number(&self) -> u32 {
        Ctrl::number(self)
    }

    fn is_online(&self) -> bool {
        Ctrl::is_online(self)
    }

    #[inline(always)]
    fn has_failed(&self) -> bool {
        Ctrl::has_failed(self)
    }

    #[inline(always)]
    fn exchange_over(&self) {
        Ctrl::exchange_over(self);
    }

    fn abort_calls(&self) -> &AbortCalls {
        Ctrl::abort_calls(self)
    }

    fn transport_error(this: ArcBorrow<'_, Self>, cause: Cause, command: Command) {
        failure::count(&this, cause.why);
        failure::transport_error(this, cause, Some(command));
    }

    fn count_abort(&self) {
        counts::ABORTS.up();
        self.history().aborts.up();
    }
}

// SAFETY: Queues are made with a controller, and freed with it.
unsafe impl HasQueues for Ctrl {
    fn queue(&self, index: u16) -> Option<&Queue<Self>> {
        Ctrl::queue(self, index)
    }

    fn map_queues(&self, map: &mut QueueMap<'_>) -> bool {
        let ops = *self.ops().lock();
        ops.is_some_and(|ops| ops.map_queues(self.remote().local().abi(), map))
    }
}
