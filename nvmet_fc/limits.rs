// SPDX-License-Identifier: GPL-2.0

//! What an nvmet port allows its hosts: sizes of queues, data of a command.

#![deny(unsafe_code)]

use crate::{
    abi,
    nvmet::port::NvmetPort, //
};

/// Largest queue that nvmet offers, entries.
pub(crate) const QUEUE_ENTRIES_MAX: u16 = abi::NVMET_MAX_QUEUE_SIZE as u16;
/// Highest queue identifier that nvmet offers.
pub(crate) const QUEUE_ID_MAX: u16 = abi::NVMET_NR_QUEUES as u16;
/// The most data in one command, as hosts are told in Identify Controller (MDTS):
/// pages of 4 KiB, the logarithm to base 2. 16 MiB.
pub(crate) const MDTS: u8 = 12;
/// The same in bytes.
pub(crate) const DATA_MAX: u32 = 4096 << MDTS;
/// Bytes up to which the data length of an admin command is taken without comparing
/// it with what nvmet expects, and the most that a fabrics command has.
pub(crate) const CHECK_LENGTH_ABOVE: u32 = 64 << 10;

/// The most data of an I/O command whose memory may stay with its slot, bytes.
const KEPT_LENGTH: u32 = 128 << 10;

/// The most data in one command to a namespace, bytes: what the user set, and never
/// more than what [`MDTS`] says.
pub(crate) fn data_max(port: NvmetPort) -> u32 {
    let mdts = u8::try_from(port.mdts())
        .ok()
        .filter(|mdts| (1..MDTS).contains(mdts))
        .unwrap_or(MDTS);
    4096u32.wrapping_shl(u32::from(mdts))
}

/// Data of one command of a queue that is allocated without a question, bytes. I/O
/// must keep to what the user set; the admin commands of a controller that states no
/// limit need not.
pub(crate) fn unchecked_length(port: NvmetPort, queue_id: u16) -> u32 {
    match queue_id {
        0 => CHECK_LENGTH_ABOVE,
        _ => CHECK_LENGTH_ABOVE.min(data_max(port)),
    }
}

/// Data of one command of a queue whose memory may stay with its slot, bytes. An admin
/// queue has few commands, and its Async Event Request keeps its slot for as long as
/// there is a controller, with whatever memory an earlier command has left there.
pub(crate) fn kept_length(port: NvmetPort, queue_id: u16) -> u32 {
    match queue_id {
        0 => abi::PAGE_SIZE as u32,
        _ => KEPT_LENGTH.min(data_max(port)),
    }
}

/// Entries of the largest queue that the port offers.
pub(crate) fn queue_entries(port: NvmetPort) -> u16 {
    u16::try_from(port.max_queue_size())
        .ok()
        .filter(|entries| (1..=QUEUE_ENTRIES_MAX).contains(entries))
        .unwrap_or(QUEUE_ENTRIES_MAX)
}
