// SPDX-License-Identifier: GPL-2.0

//! How many queues, how large, and on which hardware queue.

#![deny(unsafe_code)]

/// Entries of the admin submission queue that a host asks for.
pub const ADMIN_QUEUE_ENTRIES: u16 = 32;
/// ERSP ratio of the admin queue: a quarter of it.
pub const ADMIN_ERSP_RATIO: u16 = ADMIN_QUEUE_ENTRIES / 4;

/// Host: I/O queues to ask the controller for.
#[inline]
pub fn io_queues(requested: u32, online_cpus: u32, lldd_queues: u32) -> u32 {
    requested.min(online_cpus).min(lldd_queues)
}

/// Host: ERSP ratio for an I/O queue of so many entries: a fifth of them, but
/// at least 1 and below the 0's based size, since a target refuses other
/// values. (A queue of two entries has no such ratio; it gets 1.)
#[inline]
pub fn ersp_ratio(entries: u16) -> u16 {
    (entries / 5).max(1)
}

/// A size as a link service states it: one less, and never negative.
#[inline]
pub const fn zero_based(entries: u16) -> u16 {
    entries.saturating_sub(1)
}

/// Host: the I/O queue entries that both the user's choice and the
/// controller's MAXCMD allow; a MAXCMD of 0 states no limit.
#[inline]
pub fn entries_within(queue_size: u16, max_commands: u16) -> u16 {
    if max_commands == 0 {
        queue_size
    } else {
        queue_size.min(max_commands)
    }
}

/// Host: block layer limits for an LLDD that takes so many scatterlist
/// elements: segments, and 512-byte sectors at 4 KiB a segment.
#[inline]
pub fn transfer_limits(lldd_elements: u16) -> (u16, u32) {
    (lldd_elements, u32::from(lldd_elements) << 3)
}

/// Target: the LLDD's hardware queue for an NVMe queue: admin on the first,
/// I/O queues spread over all.
#[inline]
pub fn hardware_queue(queue_id: u16, lldd_queues: u32) -> u16 {
    let Some(io_queue) = queue_id.checked_sub(1) else {
        return 0;
    };

    // The rest is below `io_queue`'s own range.
    u32::from(io_queue).checked_rem(lldd_queues).unwrap_or(0) as u16
}
