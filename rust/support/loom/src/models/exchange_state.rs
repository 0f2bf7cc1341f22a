// SPDX-License-Identifier: GPL-2.0

//! A host's exchange: its memory has one user at a time.

use loom::{sync::Arc, thread};

use super::Memory;
use crate::{
    check::{check, SEEN},
    io::exchange_state::ExchangeState,
    shared::proto::life::host_exchange::{Action, Event},
    weaker::Weaker,
};

/// An exchange, and the memory that goes with it.
struct Exchange {
    state: ExchangeState,
    command: Memory,
    response: Memory,
}

fn exchange() -> Arc<Exchange> {
    Arc::new(Exchange {
        state: ExchangeState::new(),
        command: Memory::new(0),
        response: Memory::new(0),
    })
}

/// One that the LLDD has.
fn started() -> Arc<Exchange> {
    let exchange = exchange();
    exchange.command.write(7);
    exchange.state.start();
    exchange
}

/// A teardown takes the memory once the exchange is idle.
#[test]
fn released() {
    check!(
        released,
        [Weaker::AcquireFence, Weaker::ReleaseFence],
        || {
            let exchange = started();
            let other = exchange.clone();
            let lldd = thread::spawn(move || {
                other.command.read();
                other.response.write(1);
                if other.state.finish().is_some() {
                    other.response.read();
                    other.state.release();
                }
            });
            let _ = exchange.state.abort(Event::Terminate, 0);
            if exchange.state.is_idle() {
                exchange.command.write(0);
                exchange.response.write(0);
            }
            lldd.join().unwrap();
        }
    );
}

/// A completion that was swallowed: somebody else completes the request.
#[test]
fn swallowed() {
    check!(swallowed, [Weaker::AcquireFence, Weaker::Full], || {
        let exchange = started();
        let other = exchange.clone();
        let teardown = thread::spawn(move || {
            if other.state.is_complete() {
                assert_eq!(other.response.read(), 1, "{SEEN}an old response");
            }
        });
        exchange.response.write(1);
        assert!(exchange.state.finish().is_some(), "{SEEN}it is gone");
        assert!(exchange.state.finish().is_none(), "{SEEN}it ends twice");
        teardown.join().unwrap();
    });
}

/// Whoever aborts hands the LLDD what was sent.
#[test]
fn aborted() {
    check!(aborted, [Weaker::ReleaseFence, Weaker::Full], || {
        let exchange = exchange();
        let other = exchange.clone();
        let submitter = thread::spawn(move || {
            other.command.write(7);
            other.state.start();
        });
        if let Ok(Action::CallAbort) = exchange.state.abort(Event::Abort, 0) {
            assert_eq!(exchange.command.read(), 7, "{SEEN}another command");
        }
        submitter.join().unwrap();
    });
}
