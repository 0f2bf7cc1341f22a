// SPDX-License-Identifier: GPL-2.0

//! What commands need of the queue that they go through: one connection of an
//! association.

#![deny(unsafe_code)]

use core::ffi::c_void;

use kernel::sync::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    ArcBorrow, //
};

use crate::{
    abi,
    io::abort_calls::AbortCalls,
    nvme::{
        ctrl::NvmeCtrl,
        ops::HasNvmeCtrl, //
    },
    port::rport::RemotePort,
    shared::{
        fc::{
            host_template::HostTemplate,
            hw_queue::Link, //
        },
        proto::{
            cause::{
                Cause,
                Step,
                Why, //
            },
            ids::ConnectionId, //
        },
        support::{
            backref::Backref,
            word::Word, //
        }, //
    },
    trace::Command, //
};

/// What has queues: a controller, as commands know it.
pub(crate) trait QueueOwner: HasNvmeCtrl + Send + Sync + Sized + 'static {
    /// Number in log lines.
    fn number(&self) -> u32;

    /// Whether its port is registered.
    fn is_online(&self) -> bool;

    /// Whether its association cannot be used any more.
    fn has_failed(&self) -> bool;

    /// An exchange, or a call that aborts one, is over. Context: any.
    fn exchange_over(&self);

    /// Who is in the LLDD's `fcp_abort`.
    fn abort_calls(&self) -> &AbortCalls;

    /// The transport lost a command. Context: any.
    fn transport_error(this: ArcBorrow<'_, Self>, cause: Cause, command: Command);

    /// The LLDD is asked to abort an exchange. Context: may sleep.
    fn count_abort(&self);
}

/// A queue's connection, and the way to the LLDD's hardware queue for it.
pub(crate) struct Connection<O> {
    /// What the queue is part of.
    owner: Backref<O>,
    /// Queue identifier; 0 is the admin queue.
    index: u16,
    /// The way to the LLDD.
    link: Link,
    /// The port's device, null for none.
    device: Word<*mut abi::device>,
    /// Commands other than Connect may be sent.
    live: Word<bool>,
    /// The identifier on the wire; 0 for no connection.
    id: Word<u64>,
    /// Commands sent on this connection.
    sequence: Atomic<u32>,
}

impl<O: QueueOwner> Connection<O> {
    /// None. [`Connection::owner`] is to be set.
    pub(crate) fn new(index: u16, device: *mut abi::device) -> Self {
        Self {
            owner: Backref::new(),
            index,
            link: Link::new(),
            device: Word::new(device),
            live: Word::new(false),
            id: Word::new(0),
            sequence: Atomic::new(0),
        }
    }

    /// The reference to what the queue is part of, for whoever makes it.
    pub(crate) fn owner(&self) -> &Backref<O> {
        &self.owner
    }

    /// The controller that the queue is part of.
    #[inline(always)]
    pub(crate) fn ctrl(&self) -> &O {
        self.owner.get()
    }

    /// That, as the NVMe core knows it.
    #[inline(always)]
    pub(crate) fn nvme(&self) -> &NvmeCtrl {
        self.ctrl().nvme()
    }

    /// Says that the transport lost a command, and why. Context: any.
    pub(crate) fn transport_error(&self, why: Why, command: Command) {
        let (step, queue) = (Step::Command, self.index);
        O::transport_error(self.owner.counted(), Cause { step, queue, why }, command);
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

    /// Opens the way to the LLDD. Context: before the queue takes any exchange.
    pub(crate) fn open(&self, ops: &HostTemplate, remote: &RemotePort, handle: *mut c_void) {
        self.link
            .open(ops, remote.local().abi(), remote.abi(), handle);
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

    /// The identifier on the wire.
    #[inline(always)]
    pub(crate) fn id(&self) -> u64 {
        // Partner of `begin`: the sequence is seen after this.
        self.id.observe()
    }

    /// Takes over a new connection: the next command is its first.
    pub(crate) fn begin(&self, id: ConnectionId) {
        self.sequence.store(0, Relaxed);
        // Partner of `id`.
        self.id.publish(id.get());
    }

    /// Hands the connection over to another queue. Context: no exchange of either
    /// is with the LLDD, and none is submitted.
    pub(crate) fn hand_over(&self, to: &Self) {
        to.sequence.store(self.sequence.load(Relaxed), Relaxed);
        // Partner of `id`.
        to.id.publish(self.id.get());
        self.end();
        to.set_live(true);
    }

    /// Ends the connection, if there is one. Context: no exchange of the queue is
    /// with the LLDD.
    pub(crate) fn end(&self) {
        self.live.set(false);
        self.id.set(0);
    }

    /// How many commands were sent on this connection; it wraps.
    pub(crate) fn issued(&self) -> u32 {
        self.sequence.load(Relaxed)
    }

    /// The number of the next command on this connection, from 1.
    #[inline(always)]
    pub(crate) fn next_sequence(&self) -> u32 {
        self.sequence.fetch_add(1, Relaxed).wrapping_add(1)
    }
}
