// SPDX-License-Identifier: GPL-2.0

//! Models of who publishes what to whom, for a checker of memory order.
//!
//! The files that are looked at are those that the kernel modules compile, by
//! `#[path]`. This crate is called `kernel` for them, and has what they use of it
//! over loom's atomics and locks: a load may give any value that the order of its
//! threads' accesses allows, and memory without an atomic may have one user at a
//! time. `shared/support/access.rs` stands in for the file of that name.
//!
//! What is not modelled: allocation, interrupts, and what the C side does. Failed
//! compare-and-exchanges order nothing here, as in the kernel; locks order a little
//! more than they do there. A dependency on a pointer counts as an acquire.
//!
//! A model that finds nothing proves nothing until it has found something: each
//! names orders that it cannot do without, and fails when one is made weaker.

#![cfg(test)]
#![allow(dead_code, reason = "each model uses its own part of the files")]

extern crate self as kernel;

mod abi;
pub(crate) mod alloc;
mod check;
mod io;
mod models;
mod nvme;
#[path = "../../../../nvmet_fc/queue/state.rs"]
mod phase;
pub(crate) mod pin_init;
mod port;
pub(crate) mod prelude;
mod shared;
pub(crate) mod sync;
pub(crate) mod time;
mod trace;
pub(crate) mod types;
mod weaker;
