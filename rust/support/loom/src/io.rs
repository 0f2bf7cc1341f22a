// SPDX-License-Identifier: GPL-2.0

//! The host's files about a connection and an exchange.

#[path = "../../../../nvme_fc/io/abort_calls.rs"]
pub(crate) mod abort_calls;
#[path = "../../../../nvme_fc/io/connection.rs"]
pub(crate) mod connection;
#[path = "../../../../nvme_fc/io/exchange_state.rs"]
pub(crate) mod exchange_state;
