// SPDX-License-Identifier: GPL-2.0

//! A controller that fails while it goes into service: whoever marks it sees it live
//! and resets it, or who put it into service sees the mark. The state is the NVMe
//! core's, which orders nothing.

use loom::{
    sync::{
        atomic::{AtomicU32, Ordering::Relaxed},
        Arc,
    },
    thread,
};

use crate::{
    check::{check, SEEN},
    shared::support::mark::Mark,
    weaker::Weaker,
};

const CONNECTING: u32 = 0;
const LIVE: u32 = 1;

#[test]
fn failed_while_it_goes_live() {
    check!(failed_while_it_goes_live, [Weaker::Barrier], || {
        let shared = Arc::new((Mark::new(), AtomicU32::new(CONNECTING)));
        let other = shared.clone();
        let failure = thread::spawn(move || {
            let (mark, state) = &*other;
            mark.leave();
            state.load(Relaxed) == LIVE
        });
        let (mark, state) = &*shared;
        state.store(LIVE, Relaxed);
        let seen_here = mark.is_left_by_now();
        let seen_there = failure.join().unwrap();
        assert!(seen_here || seen_there, "{SEEN}nobody resets it");
    });
}
