// SPDX-License-Identifier: GPL-2.0

//! Suites of the host transport, over a scripted LLDD that plays the
//! controller.
//!
//! From the bottom: `answer`, `script` and `model` are what is answered, what
//! is done otherwise, and the controller; `taken`, `received`, `ports`,
//! `options`, `controller` and `template` are the edge to C; `lldd`,
//! `lldd_fcp` and `lldd_ls` do the work, `rust/lldd` counts it, and `bench` is what
//! cases hold.

#![allow(
    clippy::missing_docs_in_private_items,
    reason = "the name of a case says what it shows"
)]

mod aborts;
mod answer;
mod bench;
mod connecting;
#[allow(unsafe_code, reason = "calls the NVMe core")]
mod controller;
mod events;
mod lifecycle;
mod link_services;
mod list;
mod lldd;
mod lldd_fcp;
mod lldd_ls;
mod model;
#[allow(unsafe_code, reason = "builds what C frees")]
mod options;
#[allow(unsafe_code, reason = "calls the transport")]
mod ports;
mod reader;
mod received;
mod received_ls;
mod registration;
mod responses;
mod review_patience;
mod review_ports;
mod review_recovery;
mod review_teardown;
mod review_work;
mod script;
#[allow(unsafe_code, reason = "vouches for sizes, and completes twice")]
mod taken;
#[allow(unsafe_code, reason = "finds the LLDD of a port")]
mod template;

use kernel::{
    prelude::*,
    time::{
        delay::fsleep,
        Delta, //
    },
    workqueue::Queue, //
};

use crate::abi;

/// Where the suites' threads come from.
#[allow(unsafe_code, reason = "the kernel crate has only the queue's old name")]
fn threads() -> &'static Queue {
    // SAFETY: The kernel's own unbound queue, which always exists.
    unsafe { Queue::from_raw(abi::system_dfl_wq) }
}

/// The NVMe core's queue for work that is neither reset nor delete.
#[allow(unsafe_code, reason = "the kernel crate does not know the queue")]
fn nvme_wq() -> &'static Queue {
    // SAFETY: Set when nvme-core was loaded, which this module pins.
    unsafe { Queue::from_raw(abi::nvme_wq) }
}

/// Says how many items of that queue may run at a time.
#[allow(unsafe_code, reason = "the kernel crate does not know the function")]
fn set_nvme_wq_width(width: c_int) {
    // SAFETY: Set when nvme-core was loaded, which this module pins.
    unsafe { abi::workqueue_set_max_active(abi::nvme_wq, width) };
}

/// How often to look, every five milliseconds, for what takes `seconds` at most on
/// an idle machine. A machine may be ten times slower; patience costs nothing
/// where the event comes.
pub(crate) const fn polls(seconds: u32) -> u32 {
    seconds.saturating_mul(200).saturating_mul(10)
}

/// Sleeps. Context: may sleep.
pub(crate) fn sleep_ms(milliseconds: u32) {
    if milliseconds != 0 {
        fsleep(Delta::from_millis(i64::from(milliseconds)));
    }
}
