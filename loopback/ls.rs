// SPDX-License-Identifier: GPL-2.0

//! Link services on their way, in either direction.

#![deny(unsafe_code)]

pub(crate) mod conduct;
#[allow(
    unsafe_code,
    reason = "vouches for its delayed events, and completes twice"
)]
pub(crate) mod object;
pub(crate) mod state;
