// SPDX-License-Identifier: GPL-2.0

//! How long an LLDD may keep what it was told to end.

use super::{ensure_eq, CaseResult};
use crate::proto::ls::patience::*;

pub(crate) fn review_host_13_a_port_that_goes_shortens_waits() -> CaseResult {
    let table = [
        // Registered: as long as the limit says.
        (ABORT_SECONDS, 4_999, 0, false),
        (ABORT_SECONDS, 5_000, 0, true),
        (ANSWER_SECONDS, 39_999, 0, false),
        (ANSWER_SECONDS, 40_000, 0, true),
        // Gone: two seconds more, whenever that was.
        (ABORT_SECONDS, 1_999, 1_999, false),
        (ABORT_SECONDS, 2_000, 2_000, true),
        (ANSWER_SECONDS, 30_000, 1_999, false),
        (ANSWER_SECONDS, 30_000, 2_000, true),
        (ABORT_SECONDS, 5_000, 1, true),
        (ABORT_SECONDS, u64::MAX, u64::MAX, true),
    ];
    for (limit, waited, gone, over) in table {
        ensure_eq!(is_over(limit, 1_000, waited, gone), over, "{waited} {gone}");
    }
    Ok(())
}
