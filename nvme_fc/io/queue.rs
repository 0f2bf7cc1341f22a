// SPDX-License-Identifier: GPL-2.0

//! One connection: an NVMe queue pair of an association.
//!
//! All of a controller's queues are made with it, for as many as the user asked
//! for, and are the same objects in every association: the block layer's
//! hardware contexts point at them.

#![deny(unsafe_code)]

use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Mutex, //
    }, //
};

use crate::{
    abi,
    ctrl::{
        backref::Backref,
        Ctrl, //
    },
    io::{
        exchange_list::ExchangeList,
        hw_queue::Link, //
    },
    port::{
        port_use::PortUse,
        rport::RemotePort, //
    },
    shared::{
        fc::host_template::HostTemplate,
        proto::ids::ConnectionId,
        support::word::Word, //
    }, //
};

/// A queue.
#[pin_data]
pub(crate) struct Queue {
    /// The controller it is part of.
    owner: Backref,
    /// Queue identifier; 0 is the admin queue.
    index: u16,
    /// The way to the LLDD.
    link: Link,
    /// The port's device, null for none.
    device: Word<*mut abi::device>,
    /// Commands other than Connect may be sent.
    live: Word<bool>,
    /// The connection's identifier on the wire; 0 for no connection.
    connection: Word<u64>,
    /// Commands sent on this connection.
    sequence: Atomic<u32>,
    /// The hardware queue exists.
    open: Word<bool>,
    /// The exchanges that requests of this queue have, for mapping their IUs.
    #[pin]
    exchanges: Mutex<ExchangeList>,
}

impl Queue {
    /// A queue with no connection. [`Queue::owner`] is to be set.
    pub(crate) fn new(index: u16, device: *mut abi::device) -> impl PinInit<Self> {
        pin_init!(Self {
            owner: Backref::new(),
            index,
            link: Link::new(),
            device: Word::new(device),
            live: Word::new(false),
            connection: Word::new(0),
            sequence: Atomic::new(0),
            open: Word::new(false),
            exchanges <- new_mutex!(ExchangeList::new(), "Queue::exchanges"),
        })
    }

    /// The reference to the controller, for whoever makes it.
    pub(crate) fn owner(&self) -> &Backref {
        &self.owner
    }

    /// The controller it is part of.
    #[inline(always)]
    pub(crate) fn ctrl(&self) -> &Ctrl {
        self.owner.get()
    }

    /// Queue identifier.
    #[inline(always)]
    pub(crate) fn index(&self) -> u16 {
        self.index
    }

    /// The way to the LLDD.
    #[inline(always)]
    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    /// The port's device, null for none.
    #[inline(always)]
    pub(crate) fn device(&self) -> *mut abi::device {
        self.device.get()
    }

    /// Whether commands other than Connect may be sent.
    #[inline(always)]
    pub(crate) fn is_live(&self) -> bool {
        // Partner of `set_live`: the connection is seen after this.
        self.live.observe()
    }

    /// Says whether commands other than Connect may be sent.
    pub(crate) fn set_live(&self, live: bool) {
        // Partner of `is_live`; for requests that go by the controller's state,
        // `NvmeCtrl::set_live` is.
        self.live.publish(live);
    }

    /// The connection's identifier on the wire.
    #[inline(always)]
    pub(crate) fn connection(&self) -> u64 {
        // Partner of `set_connection`: the sequence is seen after this.
        self.connection.observe()
    }

    /// Takes over a new connection: the next command is its first.
    pub(crate) fn set_connection(&self, id: ConnectionId) {
        self.sequence.store(0, Relaxed);
        // Partner of `connection`.
        self.connection.publish(id.get());
    }

    /// The number of the next command on this connection, from 1.
    #[inline(always)]
    pub(crate) fn next_sequence(&self) -> u32 {
        self.sequence.fetch_add(1, Relaxed).wrapping_add(1)
    }

    /// The exchanges of this queue's requests.
    pub(crate) fn exchanges(&self) -> &Mutex<ExchangeList> {
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
        let memory = port.iu_memory()?;
        self.exchanges.lock().map(memory)?;
        match ops.create_queue(remote.local().abi(), self.index, entries) {
            Ok(handle) => {
                self.link.open(ops, remote, handle);
                self.open.set(true);
                Ok(())
            }
            Err(error) => {
                self.exchanges.lock().unmap();
                Err(error)
            }
        }
    }

    /// Ends connection and hardware queue, if they exist. Context: may sleep;
    /// no exchange of the queue is with the LLDD.
    pub(crate) fn close(&self, ops: &HostTemplate, remote: &RemotePort) {
        self.live.set(false);
        self.connection.set(0);
        if !self.open.get() {
            return;
        }
        self.open.set(false);
        let handle = self.link.close();
        ops.delete_queue(remote.local().abi(), self.index, handle);
        self.exchanges.lock().unmap();
    }
}
