// SPDX-License-Identifier: GPL-2.0

//! The scripted host: a small LLDD that does to a target exactly what a case
//! tells it to.

#![deny(unsafe_code)]
#![allow(dead_code, reason = "each suite uses its own part of it")]

pub(crate) mod config;
pub(crate) mod exchange;
mod exchange_case;
pub(crate) mod ops;
#[allow(unsafe_code, reason = "calls the transport")]
pub(crate) mod port;
#[allow(unsafe_code, reason = "calls the transport")]
pub(crate) mod raw;
pub(crate) mod response;
pub(crate) mod script;
mod sent;
#[allow(unsafe_code, reason = "completes twice")]
pub(crate) mod service;
#[allow(unsafe_code, reason = "names a workqueue of the kernel")]
pub(crate) mod threads;
