// SPDX-License-Identifier: GPL-2.0

//! Whoever observes a word sees what was written before it was published.

use loom::{sync::Arc, thread};

use super::Memory;
use crate::{
    check::{check, SEEN},
    shared::support::word::Word,
    weaker::Weaker,
};

#[test]
fn publication() {
    check!(
        publication,
        [Weaker::AcquireFence, Weaker::ReleaseFence],
        || {
            let shared = Arc::new((Memory::new(0), Word::new(false)));
            let other = shared.clone();
            let writer = thread::spawn(move || {
                let (memory, ready) = &*other;
                memory.write(7);
                ready.publish(true);
            });
            let (memory, ready) = &*shared;
            if ready.observe() {
                assert_eq!(memory.read(), 7, "{SEEN}old memory");
            }
            writer.join().unwrap();
        }
    );
}
