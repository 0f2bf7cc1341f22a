// SPDX-License-Identifier: GPL-2.0

//! Link services: requests that we send and receive, their answers, their
//! rejects, and how long they may take.

#![deny(unsafe_code)]

pub mod accept;
pub mod error;
pub mod exchange;
pub mod patience;
pub mod receive;
pub mod reject;
pub mod request;
pub mod response;
