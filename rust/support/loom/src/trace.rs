// SPDX-License-Identifier: GPL-2.0

//! Events.

pub(crate) struct Command;
