// SPDX-License-Identifier: GPL-2.0

//! The scripted host: a small LLDD that does to a target exactly what a case
//! tells it to, and counts all that the target does.

#![deny(unsafe_code)]
#![allow(dead_code, reason = "each suite uses its own part of it")]

pub(crate) mod books;
pub(crate) mod config;
#[allow(unsafe_code, reason = "shares its memory with the transport")]
pub(crate) mod exchange;
mod exchange_case;
#[allow(unsafe_code, reason = "its address is its handle")]
pub(crate) mod host;
#[allow(unsafe_code, reason = "what the transport calls")]
pub(crate) mod ops;
#[allow(unsafe_code, reason = "calls the transport")]
pub(crate) mod port;
#[allow(unsafe_code, reason = "calls the transport")]
pub(crate) mod raw;
pub(crate) mod response;
pub(crate) mod script;
#[allow(unsafe_code, reason = "the transport's requests")]
mod sent;
#[allow(unsafe_code, reason = "shares its memory with the transport")]
pub(crate) mod service;
#[allow(unsafe_code, reason = "names a workqueue of the kernel")]
pub(crate) mod threads;
