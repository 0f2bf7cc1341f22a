// SPDX-License-Identifier: GPL-2.0

//! Host: what an LLDD means that does not take a command.
//!
//! The ABI has one errno for "not now", -EBUSY; but LLDDs pass on what their
//! allocations return as well, which is of no more consequence. Any other error
//! says that the way to the target is broken: then asking again, or at another
//! queue, is of no use before there is a new association.

#![deny(unsafe_code)]

/// Errno: the LLDD has no room for the command.
const EBUSY: i32 = 16;
/// Errno: there was no memory at this moment.
const ENOMEM: i32 = 12;
/// Errno: something else was short at this moment.
const EAGAIN: i32 = 11;

/// What becomes of a command that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is tried again soon, on this association.
    Passing,
    /// The association is given up.
    Broken,
}

/// Judges what `fcp_io` returned; not 0. `online` says whether the port is
/// registered: without it whatever refuses is about to be stopped anyway.
pub const fn judge(status: i32, online: bool) -> Refusal {
    if !online || status == -EBUSY || status == -ENOMEM || status == -EAGAIN {
        Refusal::Passing
    } else {
        Refusal::Broken
    }
}
