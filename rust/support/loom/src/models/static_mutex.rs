// SPDX-License-Identifier: GPL-2.0

//! The first to lock makes the mutex ready; nobody else sees it half made.

use std::pin::Pin;

use loom::thread;

use super::Memory;
use crate::{
    check::{check, SEEN},
    shared::support::static_mutex::StaticMutex,
    sync::LockClassKey,
    weaker::Weaker,
};

static CLASS: LockClassKey = LockClassKey;

fn value() -> Memory {
    let memory = Memory::new(0);
    memory.write(7);
    memory
}

#[test]
fn first_lock() {
    check!(first_lock, [Weaker::Acquire, Weaker::Release], || {
        let mutex = StaticMutex::new(value, c"mutex", Pin::static_ref(&CLASS));
        let mutex: &'static StaticMutex<Memory> = Box::leak(Box::new(mutex));
        let second = thread::spawn(|| assert_eq!(mutex.lock().read(), 7, "{SEEN}half made"));
        assert_eq!(mutex.lock().read(), 7, "{SEEN}half made");
        second.join().unwrap();
    });
}
