// SPDX-License-Identifier: GPL-2.0

//! Commands, and the queues that they go through.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "reads what LLDDs pass")]
pub(crate) mod appid;
#[allow(unsafe_code, reason = "reads memory that LLDDs wrote")]
pub(crate) mod complete;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
pub(crate) mod exchange;
#[allow(unsafe_code, reason = "maps memory for DMA")]
pub(crate) mod exchange_dma;
#[allow(unsafe_code, reason = "points at memory of the block layer")]
pub(crate) mod exchange_list;
#[allow(unsafe_code, reason = "calls LLDDs")]
pub(crate) mod hw_queue;
pub(crate) mod queue;
#[allow(unsafe_code, reason = "wraps requests")]
pub(crate) mod request;
pub(crate) mod submit;
#[allow(unsafe_code, reason = "wraps requests")]
mod swallowed;
#[allow(unsafe_code, reason = "wraps tag sets")]
pub(crate) mod tagset;
pub(crate) mod timeout;
