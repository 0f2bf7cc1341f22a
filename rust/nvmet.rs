// SPDX-License-Identifier: GPL-2.0

//! nvmet, for a target transport.
//!
//! Nothing here knows what a transport is about. The crate that uses it names this
//! file as a module of its own; what it declares lies beside it, in a folder.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "is called by nvmet")]
#[path = "nvmet/ops.rs"]
pub(crate) mod ops;
#[allow(unsafe_code, reason = "wraps nvmet's ports")]
#[path = "nvmet/port.rs"]
pub(crate) mod port;
#[allow(unsafe_code, reason = "wraps nvmet's queues")]
#[path = "nvmet/queue.rs"]
pub(crate) mod queue;
#[allow(unsafe_code, reason = "wraps nvmet's requests")]
#[path = "nvmet/request.rs"]
pub(crate) mod request;
