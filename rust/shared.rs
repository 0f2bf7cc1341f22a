// SPDX-License-Identifier: GPL-2.0

//! What both transports share: the protocol, and safe wrappers of kernel
//! facilities that the kernel crate lacks.
//!
//! Each crate root includes this file by `#[path]`, so everything here is
//! compiled once for each module and exports nothing. The wrappers name C
//! through `crate::abi`, and static inlines through `crate::shim`.

#![deny(unsafe_code)]
#![allow(dead_code, reason = "each module uses its own part of what is shared")]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: nvme | nvmet > fc > support | proto > shim > abi

pub(crate) mod fc;
#[path = "proto/mod.rs"]
pub(crate) mod proto;
pub(crate) mod support;
