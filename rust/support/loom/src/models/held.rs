// SPDX-License-Identifier: GPL-2.0

//! All that holders do with a part comes before its end, which comes once. The orders
//! are those of the kernel's counts.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use loom::thread;

use super::Memory;
use crate::{
    check::{check, SEEN},
    prelude::{Error, PinInit},
    shared::support::held::{Ended, Held, Hold},
    sync::Arc,
    weaker::Weaker,
};

/// What is held: memory of each holder's own.
type Part = [Memory; 2];

/// An object with a part.
struct Port {
    held: Held<Part, Port>,
    ends: AtomicUsize,
}

impl Ended for Port {
    fn ended(self: Arc<Self>) {
        for memory in &self.held.part {
            memory.write(2);
        }
        self.ends.fetch_add(1, Relaxed);
    }
}

#[test]
fn end() {
    check!(end, [Weaker::Acquire, Weaker::Release], || {
        let part = || Ok::<Part, Error>([Memory::new(0), Memory::new(0)]);
        let port = Arc::new(Port {
            held: Held::new(part).make().unwrap(),
            ends: AtomicUsize::new(0),
        });
        let first = Hold::first(port.clone(), |port| &port.held).unwrap();
        let other = port.clone();
        let second = thread::spawn(move || {
            if let Some(hold) = Hold::try_new(&other.held) {
                hold[1].write(1);
            }
        });
        first[0].write(1);
        drop(first);
        second.join().unwrap();
        assert_eq!(port.ends.load(Relaxed), 1, "{SEEN}not one end");
        assert!(
            Hold::try_new(&port.held).is_none(),
            "{SEEN}it is held after its end"
        );
    });
}
