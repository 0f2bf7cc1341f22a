// SPDX-License-Identifier: GPL-2.0

//! What is shown of an association.

#![deny(unsafe_code)]

use kernel::sync::Arc;

use crate::{
    association::{
        queues,
        Association, //
    },
    queue::{
        names::ConnectNames,
        Queue,
        QueueOwner, //
    }, //
};

impl Association {
    /// Who its Connect was of, and for. Context: any.
    pub(crate) fn names(&self) -> Option<&ConnectNames> {
        self.names.as_ref()
    }

    /// How long it has been there, seconds.
    pub(crate) fn age_seconds(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis() / 1_000).unwrap_or(0)
    }

    /// Whether it was made before another, or at the same time.
    pub(crate) fn is_older_than(&self, other: &Self) -> bool {
        (self.since - other.since).as_nanos() <= 0
    }

    /// The identifier of its controller, if it was connected to one. Context: any.
    pub(crate) fn controller_id(&self) -> Option<u16> {
        QueueOwner::controller(self)
    }

    /// Does something with every queue, the admin queue first. Context: as what is
    /// done; without a lock.
    pub(crate) fn each_queue(&self, act: impl FnMut(&Arc<Queue>)) {
        queues::visit(&self.connections, queues::ids(&self.connections), act);
    }
}
