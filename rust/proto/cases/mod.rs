// SPDX-License-Identifier: GPL-2.0

//! Test cases of the protocol code that run in two places: under `cargo test`
//! and, by KUnit, in the kernel.
//!
//! A case neither panics nor allocates: it returns, after having told the
//! crate that runs it what was wrong (`crate::report_failure`). That crate
//! also names the code under test, `crate::proto`, and goes through the list
//! of cases in [`list`].

#![deny(unsafe_code)]
#![allow(
    clippy::missing_docs_in_private_items,
    reason = "the name of a case says what it shows"
)]

pub(crate) mod appid;
pub(crate) mod bounded;
pub(crate) mod cause;
pub(crate) mod cmd_iu;
pub(crate) mod connect;
pub(crate) mod contexts;
pub(crate) mod ersp;
pub(crate) mod exchange;
pub(crate) mod fingerprint;
pub(crate) mod handover;
pub(crate) mod hosts;
pub(crate) mod ids;
mod list;
pub(crate) mod ls_accept;
pub(crate) mod ls_error;
pub(crate) mod ls_exchange;
pub(crate) mod ls_receive_create;
pub(crate) mod ls_receive_other;
pub(crate) mod ls_request;
pub(crate) mod ls_response;
pub(crate) mod outcome;
pub(crate) mod patience;
pub(crate) mod payload;
pub(crate) mod port_life;
pub(crate) mod queues;
pub(crate) mod reconnect;
pub(crate) mod record;
pub(crate) mod refusal;
pub(crate) mod reject;
pub(crate) mod response;
pub(crate) mod room;
pub(crate) mod samples;
pub(crate) mod traddr;
pub(crate) mod wire;

pub(crate) use list::for_each_suite;
use outcome::{ensure, ensure_eq, ensure_ne, fail, CaseResult, OrFail};
use payload::Payload;
