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
// layers: dma > device ida private_area random ratelimit sync work | proto > shim > abi

#[allow(unsafe_code, reason = "wraps struct device")]
pub(crate) mod device;
#[allow(unsafe_code, reason = "wraps the streaming DMA API")]
pub(crate) mod dma;
#[allow(unsafe_code, reason = "wraps struct ida")]
pub(crate) mod ida;
pub(crate) mod private_area;
#[path = "proto/mod.rs"]
pub(crate) mod proto;
#[allow(unsafe_code, reason = "wraps get_random_bytes()")]
pub(crate) mod random;
#[allow(unsafe_code, reason = "reads jiffies")]
pub(crate) mod ratelimit;
#[allow(unsafe_code, reason = "wraps struct completion")]
pub(crate) mod sync;
#[allow(unsafe_code, reason = "wraps cancel and flush of work items")]
pub(crate) mod work;
