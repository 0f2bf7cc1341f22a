// SPDX-License-Identifier: GPL-2.0

//! When an exchange is over and nobody is in `fcp_abort`, the LLDD's queue can go:
//! though the exchange may end while it is aborted.

use loom::{sync::Arc, thread};

use super::Memory;
use crate::{
    check::check,
    io::{abort_calls::AbortCalls, exchange_state::ExchangeState},
    shared::proto::life::host_exchange::{Action, Event},
    weaker::Weaker,
};

/// A queue with one exchange.
struct Queue {
    calls: AbortCalls,
    exchange: ExchangeState,
    /// What the LLDD has until the queue goes.
    lldd: Memory,
}

impl Queue {
    fn abort(&self) {
        let _call = self.calls.begin();
        if let Ok(Action::CallAbort) = self.exchange.abort(Event::Abort, 0) {
            self.lldd.read();
        }
    }

    fn done(&self) {
        if self.exchange.finish().is_some() {
            self.exchange.release();
        }
    }

    fn tear_down(&self) {
        if self.exchange.is_idle() && !self.calls.any() {
            self.lldd.write(0);
        }
    }
}

#[test]
fn torn_down() {
    check!(
        torn_down,
        [Weaker::Acquire, Weaker::Release, Weaker::Full],
        || {
            let queue = Arc::new(Queue {
                calls: AbortCalls::new(),
                exchange: ExchangeState::new(),
                lldd: Memory::new(1),
            });
            queue.exchange.start();
            let (second, third) = (queue.clone(), queue.clone());
            let lldd = thread::spawn(move || second.done());
            let teardown = thread::spawn(move || third.tear_down());
            queue.abort();
            lldd.join().unwrap();
            teardown.join().unwrap();
        }
    );
}
