// SPDX-License-Identifier: GPL-2.0

//! Host: how long an LLDD may keep a link service that it was told to end, or an
//! answer to one.
//!
//! What the LLDD keeps holds its port, and so the port's delete callback. Some
//! LLDDs wait for that callback for a limited time and then free what it uses:
//! nvme-fc's own patience has to be at its end before theirs, once the port was
//! unregistered. What is given up is the port alone; the memory stays until the
//! LLDD gives it back.

#![deny(unsafe_code)]

use crate::proto::wire;

/// Seconds for the end of an aborted link service.
pub const ABORT_SECONDS: u32 = 5;
/// Seconds for an answer to be sent.
pub const ANSWER_SECONDS: u32 = 2 * wire::LS_TIMEOUT_SECONDS;
/// Seconds for either once the port was unregistered.
pub const GONE_SECONDS: u32 = 2;
/// Seconds that the least patient LLDD waits for a delete callback: fnic.
const LLDD_SECONDS: u32 = 5;

/// The delete callback comes after two waits at most: for the link service that
/// makes an association, and, if that was not waited for, for another. Both end
/// at the same time but for how often they look, a second at most.
const _: () = assert!(GONE_SECONDS + 1 < LLDD_SECONDS);

/// Whether the LLDD has had its time: `waited` so far, `gone` so far since the
/// port was unregistered (0 while it is registered), against a `limit`. All in
/// one unit, of which a second has `second`.
pub const fn is_over(limit: u32, second: u32, waited: u64, gone: u64) -> bool {
    // CAST: u32 to u64.
    let second = second as u64;

    waited >= second.saturating_mul(limit as u64)
        || gone >= second.saturating_mul(GONE_SECONDS as u64)
}
