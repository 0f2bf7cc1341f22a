// SPDX-License-Identifier: GPL-2.0

//! What a queue takes that is not connected, or not any more.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::rcu, //
};

use crate::{
    queue::{
        command,
        exchange::Exchange,
        slots::Submission,
        ConnTable,
        Queue, //
    },
    shared::{
        fc::target_exports::CheckedCommand,
        proto::{
            command::connect::{
                Admission,
                ConnectError, //
            },
            ids::ConnectionId,
        }, //
    }, //
};

impl Queue {
    /// Which commands may come. Context: any.
    pub(crate) fn admission(&self) -> Admission {
        self.list().lock().admission
    }

    /// Changes which commands may come, and says to what. Context: any.
    ///
    /// # Errors
    ///
    /// Those of `change`; nothing was changed.
    pub(crate) fn change_admission(
        &self,
        change: impl FnOnce(Admission) -> Result<Admission, ConnectError>,
    ) -> Result<Admission, ConnectError> {
        let mut list = self.list().lock();
        list.admission = change(list.admission)?;
        Ok(list.admission)
    }

    /// As [`Queue::accept`] for a queue that need not be connected: the command
    /// is to be looked at.
    ///
    /// # Errors
    ///
    /// As there, and `ENOTCONN`: the queue is going.
    fn accept_unconnected(&self, command: CheckedCommand<'_>) -> Result<(Exchange, Submission)> {
        let list = self.list().lock();
        if !list.admission.takes_commands() {
            return Err(ENOTCONN);
        }
        self.take(list, command, false)
    }
}

/// Starts a command of a queue that [`Queue::accept`] found not connected.
///
/// # Errors
///
/// As for [`Queue::accept`], and `ENOTCONN`: the queue is going.
#[cold]
#[inline(never)]
pub(crate) fn receive(connections: &ConnTable, command: CheckedCommand<'_>) -> Result {
    let id = ConnectionId::from_wire(command.iu().connection_id.get()).ok_or(ENOTCONN)?;
    let guard = rcu::read_lock();
    let queue = connections.find(id, &guard).ok_or(ENOTCONN)?;
    let (exchange, submission) = queue.accept_unconnected(command)?;
    drop(guard);
    command::start_checked(exchange);
    drop(submission);
    Ok(())
}
