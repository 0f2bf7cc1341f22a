// SPDX-License-Identifier: GPL-2.0

//! The module's end.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    globals,
    ls::disconnect::sent,
    nvmet::port::nvmet_wq,
    shared::support::work,
    tgtport::registry, //
};

/// Dropping this ends what may still run, and checks that everything is over.
/// Context: may sleep; nobody can call any more.
pub(crate) struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        // No target port is left: each has a reference to the module until it was
        // freed. What may still run is the last of a work item, and what cleans
        // up after a Disconnect; that goes from the queues in this order.
        work::flush_queue(globals::start_queue());
        work::flush_queue(globals::own_queue());
        work::flush_queue(nvmet_wq());
        if registry::clear() != 0 {
            pr_warn!("targetport list not empty\n");
        }
        sent::abandon_all();
    }
}
