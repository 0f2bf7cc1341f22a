// SPDX-License-Identifier: GPL-2.0

//! Commands on their way between host and target.

#![deny(unsafe_code)]

pub(crate) mod conduct;
#[allow(
    unsafe_code,
    reason = "vouches for its delayed events, and completes twice"
)]
pub(crate) mod object;
pub(crate) mod operation;
