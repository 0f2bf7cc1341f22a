// SPDX-License-Identifier: GPL-2.0

//! FC-NVMe wire formats, parsing, validation, policy and state machines.
//!
//! Pure code: `core` and `zerocopy` only. No function here allocates, sleeps,
//! takes a lock, logs or panics, so each may be called from any context. A
//! function decides; its caller acts on the answer.
//!
//! The same files are compiled into both kernel modules, into the KUnit
//! suite, and as a cargo package for tests on the build machine.

#![deny(unsafe_code)]
#![allow(
    unreachable_pub,
    dead_code,
    reason = "one list of modules serves two kernel crates, each using a part, and a cargo crate"
)]

pub mod appid;
pub mod cause;
pub mod command;
pub mod contexts;
pub mod fingerprint;
pub mod hosts;
pub mod ids;
pub mod life;
pub mod ls;
pub mod queues;
pub mod reconnect;
pub mod record;
pub mod room;
pub mod traddr;
pub mod wire;
