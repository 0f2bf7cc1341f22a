// SPDX-License-Identifier: GPL-2.0

//! A state that one changes and another observes or changes on.

use loom::{sync::Arc, thread};

use super::Memory;
use crate::{
    check::{check, SEEN},
    shared::support::state_word::StateWord,
    weaker::Weaker,
};

const BEGUN: u32 = 0;
const DONE: u32 = 1;
const OVER: u32 = 2;

#[test]
fn observed() {
    check!(observed, [Weaker::Full, Weaker::AcquireFence], || {
        let shared = Arc::new((Memory::new(0), StateWord::new(BEGUN)));
        let other = shared.clone();
        let reader = thread::spawn(move || {
            let (memory, state) = &*other;
            if state.observe() == DONE {
                assert_eq!(memory.read(), 7, "{SEEN}old memory");
            }
        });
        let (memory, state) = &*shared;
        memory.write(7);
        state.change(BEGUN, DONE).unwrap();
        reader.join().unwrap();
    });
}

#[test]
fn changed_on() {
    check!(changed_on, [Weaker::Full], || {
        let shared = Arc::new((Memory::new(0), StateWord::new(BEGUN)));
        let other = shared.clone();
        let second = thread::spawn(move || {
            let (memory, state) = &*other;
            if state.change(DONE, OVER).is_ok() {
                assert_eq!(memory.read(), 7, "{SEEN}old memory");
            }
        });
        let (memory, state) = &*shared;
        memory.write(7);
        state.add(DONE);
        second.join().unwrap();
    });
}

/// Two who change a state each and then look at the other's.
#[test]
fn each_others() {
    check!(each_others, [Weaker::Full, Weaker::FullFence], || {
        let shared = Arc::new((StateWord::new(BEGUN), StateWord::new(BEGUN)));
        let other = shared.clone();
        let second = thread::spawn(move || {
            other.1.change(BEGUN, DONE).unwrap();
            other.0.get() == DONE
        });
        shared.0.change(BEGUN, DONE).unwrap();
        let seen_here = shared.1.get() == DONE;
        let seen_there = second.join().unwrap();
        assert!(seen_here || seen_there, "{SEEN}neither sees the other");
    });
}
