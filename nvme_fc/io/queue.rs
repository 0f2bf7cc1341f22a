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
    /// It has a hardware queue.
    open: Word<bool>,
    /// The index of that, or of the last one, which its exchanges tell the LLDD:
    /// another queue's while queues take turns.
    hardware: Word<u16>,
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
            hardware: Word::new(*index),
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
        self.map_exchanges(port)?;
        if self.hardware.get() != self.index {
            self.take_over(self.index);
        }
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
    pub(crate) fn hand_over(&self, to: &Queue, ops: &HostTemplate, remote: &RemotePort) {
        self.live.set(false);
        self.open.set(false);
        to.take_over(self.hardware.get());
        to.link.open(ops, remote, self.link.close());
        to.open.set(true);
        to.sequence.store(self.sequence.load(Relaxed), Relaxed);
        // Partner of `connection`.
        to.connection.publish(self.connection.get());
        self.connection.set(0);
        to.set_live(true);
    }

    /// Ends connection and hardware queue, if they exist. Context: may sleep;
    /// no exchange of the queue is with the LLDD.
    pub(crate) fn close(&self, ops: &HostTemplate, remote: &RemotePort) {
        self.live.set(false);
        self.connection.set(0);
        if self.open.get() {
            self.open.set(false);
            let handle = self.link.close();
            ops.delete_queue(remote.local().abi(), self.hardware.get(), handle);
        }
        // Also of those that only took turns.
        self.exchanges.lock().unmap();
    }
}
