// SPDX-License-Identifier: GPL-2.0

//! The file of queues.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    prelude::*, //
};

use crate::{
    association::Association,
    entry::debugfs::values::{
        each_association,
        number, //
    },
    queue::Queue,
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
pub(super) struct Queues;

impl Show for Queues {
    type Module = NvmetFcModule;
    const NAME: &'static CStr = c"queues";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        each_association(|port, association| {
            let mut outcome = Ok(());
            association.each_queue(|queue| {
                outcome = outcome.and_then(|()| write(out, port, association, queue));
            });
            outcome
        })
    }
}

/// Writes a queue.
fn write(
    out: &mut Output<'_>,
    port: &TargetPort,
    association: &Association,
    queue: &Queue,
) -> fmt::Result {
    let numbers = queue.numbers();
    let unanswered = numbers.unfinished.unanswered();
    let responding = u64::from(numbers.unfinished.responses);
    Record::new(out)
        .count("targetport", port.number)
        .id("association_id", Some(association.id().get()))
        .count("qid", queue.id().queue_id())
        .id("connection_id", Some(queue.id().get()))
        .count("entries", numbers.entries)
        .count(
            "commands_received",
            u64::from(numbers.responses).saturating_add(unanswered),
        )
        .count("outstanding", unanswered.saturating_add(responding))
        .count("deferred", number(numbers.deferred))
        .count("sqhd", numbers.sqhd)
        .count("responses", numbers.responses)
        .count("ersps", numbers.extended)
        .count("association", association.number())
        .count("nvmet", numbers.unfinished.nvmet)
        .count("writedata", numbers.unfinished.write_data)
        .count("readdata", numbers.unfinished.read_data)
        .count("rsp", numbers.unfinished.responses)
        .end()
}
