// SPDX-License-Identifier: GPL-2.0

//! Commands, and the queues that they go through.

#![deny(unsafe_code)]

pub(crate) mod abort_calls;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
pub(crate) mod aen_exchange;
pub(crate) mod appid;
pub(crate) mod complete;
pub(crate) mod connection;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
pub(crate) mod exchange;
#[allow(unsafe_code, reason = "maps memory for DMA")]
pub(crate) mod exchange_dma;
#[allow(unsafe_code, reason = "vouches for where exchanges are")]
pub(crate) mod exchange_list;
pub(crate) mod exchange_state;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
pub(crate) mod holder;
#[allow(unsafe_code, reason = "vouches for the memory of requests")]
pub(crate) mod operations;
pub(crate) mod queue;
pub(crate) mod submit;
pub(crate) mod timeout;
mod traced;
