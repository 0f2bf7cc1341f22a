// SPDX-License-Identifier: GPL-2.0

//! Queues: NVMe queue pairs of a controller.
//!
//! All of a controller's queues are made with it, for as many as the user asked
//! for, and are the same objects in every association: the block layer's
//! hardware contexts point at them.

#![deny(unsafe_code)]

use kernel::{
    new_mutex,
    prelude::*,
    sync::Mutex, //
};

use crate::{
    abi,
    io::{
        connection::{
            Connection,
            QueueOwner, //
        },
        exchange_list::ExchangeList, //
    },
    port::{
        port_use::PortUse,
        rport::RemotePort, //
    },
    shared::{
        fc::host_template::HostTemplate,
        support::word::Word, //
    },
    trace::{
        self,
        QueueChange, //
    }, //
};

/// A queue.
#[pin_data]
pub(crate) struct Queue<O: QueueOwner> {
    /// Its connection.
    connection: Connection<O>,
    /// It has a hardware queue.
    open: Word<bool>,
    /// The index of that, or of the last one, which its exchanges tell the LLDD:
    /// another queue's while queues take turns.
    hardware: Word<u16>,
    /// The exchanges that requests of this queue have, for mapping their IUs.
    #[pin]
    exchanges: Mutex<ExchangeList<O>>,
}

impl<O: QueueOwner> Queue<O> {
    /// A queue with no connection. [`Connection::owner`] is to be set.
    pub(crate) fn new(index: u16, device: *mut abi::device) -> impl PinInit<Self> {
        pin_init!(Self {
            connection: Connection::new(index, device),
            open: Word::new(false),
            hardware: Word::new(index),
            exchanges <- new_mutex!(ExchangeList::new(), "Queue::exchanges"),
        })
    }

    /// Its connection.
    #[inline(always)]
    pub(crate) fn connection(&self) -> &Connection<O> {
        &self.connection
    }

    /// The exchanges of this queue's requests.
    pub(crate) fn exchanges(&self) -> &Mutex<ExchangeList<O>> {
        &self.exchanges
    }

    /// Makes the hardware queue of `entries` and maps the exchanges' IUs.
    /// Context: may sleep.
    ///
    /// # Errors
    ///
    /// The LLDD's, or `EFAULT`.
    pub(crate) fn open(&self, ops: &HostTemplate, port: &PortUse, entries: u16) -> Result {
        let remote = port.remote();
        self.map_exchanges(port)?;
        let index = self.connection.index();
        if self.hardware.get() != index {
            self.take_over(index);
        }
        match ops.create_queue(remote.local().abi(), index, entries) {
            Ok(handle) => {
                self.connection.open(ops, remote, handle);
                self.open.set(true);
                Ok(())
            }
            Err(error) => {
                self.exchanges.lock().unmap();
                Err(error)
            }
        }
    }

    /// Maps the exchanges' IUs, as [`Queue::open`] does, for a queue that is to
    /// take over another's connection. Context: may sleep; no exchange of the
    /// queue is with the LLDD.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`.
    pub(crate) fn map_exchanges(&self, port: &PortUse) -> Result {
        let memory = port.iu_memory()?;
        self.exchanges.lock().map(memory)
    }

    /// The exchanges' commands are a hardware queue's from here on.
    fn take_over(&self, hardware: u16) {
        self.hardware.set(hardware);
        self.exchanges.lock().set_queue_id(hardware);
    }

    /// Hands hardware queue and connection over to another queue, whose exchanges
    /// are mapped. Context: may sleep; no exchange of either is with the LLDD, none
    /// is submitted, and nobody is about to abort one.
    pub(crate) fn hand_over(&self, to: &Self, ops: &HostTemplate, remote: &RemotePort) {
        self.connection.set_live(false);
        self.open.set(false);
        to.take_over(self.hardware.get());
        let handle = self.connection.link().close();
        to.connection.open(ops, remote, handle);
        to.open.set(true);
        self.connection.hand_over(&to.connection);
    }

    /// Ends connection and hardware queue, if they exist. Context: may sleep;
    /// no exchange of the queue is with the LLDD.
    pub(crate) fn close(&self, ops: &HostTemplate, remote: &RemotePort) {
        let connection_id = self.connection.id();
        if connection_id != 0 {
            trace::queue(|| trace::Queue {
                change: QueueChange::Ended as u8,
                controller: self.connection.nvme().instance(),
                qid: self.connection.index(),
                connection_id,
                entries: 0,
            });
        }
        self.connection.end();
        if self.open.get() {
            self.open.set(false);
            let handle = self.connection.link().close();
            ops.delete_queue(remote.local().abi(), self.hardware.get(), handle);
        }
        // Also of those that only took turns.
        self.exchanges.lock().unmap();
    }
}
