// SPDX-License-Identifier: GPL-2.0

//! What everything else uses: contexts, events that come later, what is under way.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "asks the kernel for the context")]
pub(crate) mod context;
#[allow(unsafe_code, reason = "wraps work items and timers")]
pub(crate) mod delayed;
#[allow(unsafe_code, reason = "makes a global lock")]
pub(crate) mod plan_store;
#[allow(unsafe_code, reason = "makes global locks")]
pub(crate) mod registry;
