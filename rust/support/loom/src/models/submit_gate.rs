// SPDX-License-Identifier: GPL-2.0

//! What is done inside a gate comes before the end that waits for it, and the end
//! comes.

use loom::{
    sync::{Arc, Mutex},
    thread,
};

use super::Memory;
use crate::{
    check::check, prelude::PinInit, shared::support::submit_gate::SubmitGate, weaker::Weaker,
};

/// An object whose users look under a lock whether it is live, and are counted there.
struct Object {
    /// Those who have entered, while it is.
    entered: Mutex<Option<i64>>,
    gate: SubmitGate,
    /// What only those inside use, each its own.
    used: [Memory; 2],
}

impl Object {
    fn submit(&self, which: usize) {
        let mut entered = self.entered.lock().unwrap();
        let Some(count) = entered.as_mut() else {
            return;
        };
        *count += 1;
        drop(entered);
        self.used[which].write(1);
        self.gate.leave();
    }
}

#[test]
fn end() {
    check!(end, [Weaker::Full], || {
        let Ok(gate) = SubmitGate::new().make();
        let object = Arc::new(Object {
            entered: Mutex::new(Some(0)),
            gate,
            used: [Memory::new(0), Memory::new(0)],
        });
        let users = [0, 1].map(|which| {
            let object = object.clone();
            thread::spawn(move || object.submit(which))
        });
        let entered = object.entered.lock().unwrap().take();
        object.gate.close(entered.unwrap());
        for memory in &object.used {
            memory.write(2);
        }
        for user in users {
            user.join().unwrap();
        }
    });
}
