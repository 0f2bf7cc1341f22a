// SPDX-License-Identifier: GPL-2.0

//! The wrappers of `rust/` that this crate uses.

#![deny(unsafe_code)]
#![allow(dead_code, reason = "the transports use the rest")]

/// See `rust/support.rs`.
#[path = "../rust/support"]
pub(crate) mod support {
    #[allow(unsafe_code, reason = "wraps struct completion")]
    pub(crate) mod completion;
}
