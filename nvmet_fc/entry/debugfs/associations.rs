// SPDX-License-Identifier: GPL-2.0

//! The file of associations.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    prelude::*, //
};

use crate::{
    association::Association,
    entry::debugfs::values::{
        each_association,
        names, //
    },
    port::host::HostRef,
    shared::{
        proto::record::Record,
        support::debugfs::{
            Output,
            Show, //
        }, //
    },
    tgtport::TargetPort,
    NvmetFcModule, //
};

/// The file.
pub(super) struct Associations;

impl Show for Associations {
    type Module = NvmetFcModule;
    const NAME: &'static CStr = c"associations";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        each_association(|port, association| write(out, port, association))
    }
}

/// Writes an association.
fn write(out: &mut Output<'_>, port: &TargetPort, association: &Association) -> fmt::Result {
    let mut queues = 0u32;
    association.each_queue(|_| queues = queues.saturating_add(1));
    let controller = association.controller_id();
    let state = if association.is_terminating() {
        b"ending".as_slice()
    } else if controller.is_some() {
        b"live".as_slice()
    } else {
        b"unconnected".as_slice()
    };
    let host = association.host();
    let connect = association.names();
    Record::new(out)
        .count("targetport", port.number)
        .count("association", association.number())
        .id("association_id", Some(association.id().get()))
        .word("hostnqn", connect.map_or(b"", |names| &names.host))
        .word("subsysnqn", connect.map_or(b"", |names| &names.subsystem))
        .traddr("host_traddr", host.and_then(names))
        .count("queues", queues)
        .word("state", state)
        .count("age", association.age_seconds())
        .count_if("host", host.map(HostRef::generation).map(|host| host.0))
        .count_if("controller", controller)
        .end()
}
