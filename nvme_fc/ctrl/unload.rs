// SPDX-License-Identifier: GPL-2.0

//! The module's end.

#![deny(unsafe_code)]

use kernel::{
    sync::rcu::synchronize_rcu,
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

use crate::{
    ctrl::{
        self,
        list::CTRLS, //
    },
    log::ctrl_log,
    nvme::ctrl::{
        nvme_delete_wq,
        nvme_wq, //
    },
    port::registry_lock,
    shared::support::work, //
};

/// Milliseconds between two looks at what is left.
const POLL_MILLISECONDS: i64 = 10;
/// Looks between two log lines about what is left.
const POLLS_PER_COMPLAINT: u32 = 1000;

/// All controllers: dropping this deletes them, and waits until they are gone.
pub(crate) struct Controllers;

impl Drop for Controllers {
    fn drop(&mut self) {
        for ctrl in CTRLS.all(&mut registry_lock::lock()) {
            ctrl_log!(warn, ctrl, "transport unloading: deleting ctrl\n");
            ctrl.nvme().delete();
        }
        work::flush_queue(nvme_delete_wq());
        let mut polls = 0u32;
        while ctrl::any_exists() {
            polls = polls.wrapping_add(1);
            if polls % POLLS_PER_COMPLAINT == 0 {
                log_remaining();
            }
            fsleep(Delta::from_millis(POLL_MILLISECONDS));
        }
        // Link services that nobody waited for, and functions that are about
        // to return.
        work::flush_queue(nvme_wq());
        synchronize_rcu();
    }
}

/// Logs which controllers hold up the end.
fn log_remaining() {
    for ctrl in CTRLS.all(&mut registry_lock::lock()) {
        ctrl_log!(warn, ctrl, "transport unloading: ctrl is still in use\n");
    }
}
