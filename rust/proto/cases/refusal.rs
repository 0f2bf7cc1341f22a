// SPDX-License-Identifier: GPL-2.0

//! Commands that an LLDD does not take.

use super::{ensure_eq, CaseResult};
use crate::proto::command::refusal::*;

pub(crate) fn what_passes_and_what_does_not() -> CaseResult {
    for status in [-16, -12, -11] {
        ensure_eq!(judge(status, true), Refusal::Passing, "{status}");
    }
    // No device, an error of the device, nobody there, no errno at all.
    for status in [
        -19,
        -5,
        -107,
        -111,
        -22,
        -1,
        1,
        16,
        12,
        11,
        i32::MIN,
        i32::MAX,
    ] {
        ensure_eq!(judge(status, true), Refusal::Broken, "{status}");
    }
    Ok(())
}

pub(crate) fn a_port_that_goes_decides_nothing() -> CaseResult {
    for status in [-16, -19, -5, 1, i32::MIN] {
        ensure_eq!(judge(status, false), Refusal::Passing, "{status}");
    }
    Ok(())
}
