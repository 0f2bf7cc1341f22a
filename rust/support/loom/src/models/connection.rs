// SPDX-License-Identifier: GPL-2.0

//! A queue's connection: whoever may send on it has its identifier, and the sequence
//! number that follows. (It is read here, for loom lets a change see the newest value
//! always.)

use loom::thread;

use super::hw_queue;
use crate::{
    check::{check, SEEN},
    io::{
        abort_calls::AbortCalls,
        connection::{Connection, QueueOwner},
    },
    nvme::{ctrl::NvmeCtrl, ops::HasNvmeCtrl},
    shared::proto::{
        cause::Cause,
        ids::{AssociationId, ConnectionId},
    },
    sync::{Arc, ArcBorrow},
    trace::Command,
    weaker::Weaker,
};

/// Whose queues they are.
struct Owner(NvmeCtrl);

impl HasNvmeCtrl for Owner {
    fn nvme(&self) -> &NvmeCtrl {
        &self.0
    }
}

impl QueueOwner for Owner {
    fn number(&self) -> u32 {
        0
    }

    fn is_online(&self) -> bool {
        true
    }

    fn has_failed(&self) -> bool {
        false
    }

    fn exchange_over(&self) {}

    fn transport_error(_: ArcBorrow<'_, Self>, _: Cause, _: Command) {}

    fn count_abort(&self) {}

    fn abort_calls(&self) -> &AbortCalls {
        unreachable!()
    }
}

type Queue = Connection<Owner>;

fn id(random: u64) -> ConnectionId {
    AssociationId::from_random(random << 16)
        .unwrap()
        .connection(1)
}

/// A queue that had a connection, on which two commands were sent.
fn queue() -> Arc<Queue> {
    let queue = Queue::new(1, core::ptr::null_mut());
    queue.begin(id(1));
    queue.set_live(true);
    assert_eq!((queue.next_sequence(), queue.next_sequence()), (1, 2));
    queue.end();
    Arc::new(queue)
}

#[test]
fn live() {
    check!(live, [Weaker::AcquireFence, Weaker::ReleaseFence], || {
        let queue = queue();
        let other = queue.clone();
        let connecting = thread::spawn(move || {
            hw_queue::open(other.link());
            other.begin(id(2));
            other.set_live(true);
        });
        if queue.is_live() {
            assert_eq!(queue.id(), id(2).get(), "{SEEN}another connection");
            assert_eq!(queue.issued(), 0, "{SEEN}another's sequence");
            assert!(hw_queue::submit(queue.link()), "{SEEN}no way to the LLDD");
        }
        connecting.join().unwrap();
    });
}

/// Connect itself is sent before the connection is live.
#[test]
fn connecting() {
    check!(
        connecting,
        [Weaker::AcquireFence, Weaker::ReleaseFence],
        || {
            let queue = queue();
            let other = queue.clone();
            let connecting = thread::spawn(move || other.begin(id(2)));
            if queue.id() == id(2).get() {
                assert_eq!(queue.issued(), 0, "{SEEN}another's sequence");
            }
            connecting.join().unwrap();
        }
    );
}

#[test]
fn handed_over() {
    check!(
        handed_over,
        [Weaker::AcquireFence, Weaker::ReleaseFence],
        || {
            let (from, to) = (queue(), queue());
            from.begin(id(2));
            from.next_sequence();
            let other = to.clone();
            let lending = thread::spawn(move || from.hand_over(&other));
            if to.is_live() {
                assert_eq!(to.id(), id(2).get(), "{SEEN}another connection");
                assert_eq!(to.issued(), 1, "{SEEN}another's sequence");
            }
            lending.join().unwrap();
        }
    );
}
