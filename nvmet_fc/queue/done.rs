// SPDX-License-Identifier: GPL-2.0

//! Operations that LLDDs have ended.

use kernel::pr_warn_once;

use crate::{
    queue::{
        command,
        exchange::Exchange,
        Slot, //
    },
    shared::fc::{
        target_request::private,
        target_template::FcpRequestPtr, //
    }, //
};

/// An operation of an exchange ended. Context: as the LLDD likes; process for
/// write data.
///
/// # Safety
///
/// `fcpreq` is an accepted exchange, valid during this call, whose operation
/// ended.
pub(super) unsafe extern "C" fn fcp_done(fcpreq: FcpRequestPtr) {
    // SAFETY: Valid, by this function's contract.
    let private = unsafe { private(fcpreq) };
    // SAFETY: An exchange with an operation has a slot, which is not freed
    // before the operation is over.
    let slot = unsafe { private.cast::<Slot>().as_ref() };
    match slot.map(|slot| (slot, slot.phase.done())) {
        // SAFETY: So it was said just now.
        Some((slot, Some(true))) => command::carry_on(unsafe { Exchange::carry_on(slot) }),
        Some((_, Some(false))) => {}
        _ => done_too_often(),
    }
}

/// Reports an LLDD's mistake.
#[cold]
fn done_too_often() {
    pr_warn_once!("LLDD: done for an exchange that has no operation\n");
}
