// SPDX-License-Identifier: GPL-2.0

//! A target's exchange: of all who are at an operation, the last carries on, and has
//! the slot to itself.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use loom::{sync::Arc, thread};

use super::Memory;
use crate::{
    check::{check, SEEN},
    phase::Phase,
    shared::proto::life::target_exchange::{Action, Event, Next, State},
    weaker::Weaker,
};

/// A slot of a queue.
struct Slot {
    phase: Phase,
    /// What the LLDD reports of the operation.
    report: Memory,
    /// What belongs to the one who has the exchange.
    work: Memory,
    /// Those who carried on. Of no order.
    carried_on: AtomicUsize,
}

impl Slot {
    /// The LLDD's `done`.
    fn done(&self) {
        self.report.write(7);
        if self.phase.done() == Some(true) {
            self.carry_on();
        }
    }

    /// `fcp_op` returns to whoever called it, and who used the slot until then.
    fn issued(&self) {
        self.work.write(1);
        if self.phase.issued(false) {
            self.carry_on();
        }
    }

    /// The queue goes away.
    fn tear_down(&self) {
        if self.phase.tear_down() && self.phase.aborted() {
            self.carry_on();
        }
    }

    fn carry_on(&self) {
        assert_eq!(self.report.read(), 7, "{SEEN}an old report");
        self.work.write(2);
        self.carried_on.fetch_add(1, Relaxed);
    }
}

/// One whose operation was just given to the LLDD, from that state on.
fn issuing(from: State, event: Event) -> Arc<Slot> {
    let phase = Phase::free();
    phase.set(from);
    assert_eq!(phase.on_issue(event), Some(Action::Proceed));
    Arc::new(Slot {
        phase,
        report: Memory::new(0),
        work: Memory::new(0),
        carried_on: AtomicUsize::new(0),
    })
}

#[test]
fn response() {
    check!(response, [Weaker::Full, Weaker::AcquireFence], || {
        let slot = issuing(State::EXECUTING, Event::Completed(Next::Rsp));
        let other = slot.clone();
        let issuer = thread::spawn(move || other.issued());
        slot.done();
        issuer.join().unwrap();
        assert_eq!(slot.carried_on.load(Relaxed), 1, "{SEEN}not one carries on");
    });
}

#[test]
fn torn_down() {
    check!(torn_down, [Weaker::Full, Weaker::AcquireFence], || {
        let slot = issuing(State::EXECUTING, Event::WriteData);
        let (second, third) = (slot.clone(), slot.clone());
        let issuer = thread::spawn(move || second.issued());
        let teardown = thread::spawn(move || third.tear_down());
        slot.done();
        issuer.join().unwrap();
        teardown.join().unwrap();
        assert_eq!(slot.carried_on.load(Relaxed), 1, "{SEEN}not one carries on");
    });
}
