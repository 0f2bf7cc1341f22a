// SPDX-License-Identifier: GPL-2.0

//! What everything else uses: books, contexts, events that come later.

#![deny(unsafe_code)]

pub(crate) mod books;
#[allow(unsafe_code, reason = "memory that transports read")]
pub(crate) mod buffer;
#[allow(unsafe_code, reason = "asks the kernel for the context")]
pub(crate) mod context;
pub(crate) mod gate;
#[allow(unsafe_code, reason = "makes a global lock")]
pub(crate) mod plan_store;
#[allow(unsafe_code, reason = "wraps work items and timers")]
pub(crate) mod ticket;
