// SPDX-License-Identifier: GPL-2.0

//! Commands: what a command IU asks for, how its data is cut, and how its
//! response is made and judged.

#![deny(unsafe_code)]

pub mod chunk;
pub mod cmd_iu;
pub mod connect;
pub mod ersp;
pub mod refusal;
pub mod response;
