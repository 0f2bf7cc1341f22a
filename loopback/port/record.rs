// SPDX-License-Identifier: GPL-2.0

//! What injected frames were answered with, for user space to read.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    prelude::*,
    sync::{new_spinlock_irq, SpinLockIrq},
};

/// Longest answer that is kept.
const LENGTH: usize = 128;
/// How many are kept: all of them fit a page of text.
const KEPT: usize = 8;

/// One answer.
#[derive(Clone, Copy)]
struct Record {
    /// Its number, from 1; 0 for none.
    number: u64,
    /// Errno of the injection, or status of its end.
    status: i32,
    /// Data bytes that were moved.
    transferred: u32,
    /// Length of the answer.
    length: usize,
    /// The answer.
    bytes: [u8; LENGTH],
}

/// Nothing.
const EMPTY: Record = Record {
    number: 0,
    status: 0,
    transferred: 0,
    length: 0,
    bytes: [0; LENGTH],
};

/// The ring.
struct Ring {
    /// The latest answers.
    records: [Record; KEPT],
    /// Number of the last one.
    last: u64,
    /// Injections that came to nothing: an errno, or a status.
    failed: u64,
    /// Answers that were a link service reject.
    rejected: u64,
}

/// The answers of one port.
#[pin_data]
pub(crate) struct Records {
    /// The latest of them.
    #[pin]
    ring: SpinLockIrq<Ring>,
}

impl Records {
    /// No answers.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            ring <- new_spinlock_irq!(Ring {
                records: [EMPTY; KEPT],
                last: 0,
                failed: 0,
                rejected: 0,
            }),
        })
    }

    /// Keeps an answer. Context: any.
    pub(crate) fn add(&self, status: i32, transferred: u32, answer: &[u8], service: bool) {
        let mut ring = self.ring.lock();
        ring.last = ring.last.wrapping_add(1);
        let number = ring.last;
        if status != 0 {
            ring.failed = ring.failed.wrapping_add(1);
        } else if service && answer.first() == Some(&1) {
            ring.rejected = ring.rejected.wrapping_add(1);
        }
        // CAST: A remainder below KEPT.
        let slot = (number % KEPT as u64) as usize;
        if let Some(record) = ring.records.get_mut(slot) {
            *record = Record {
                number,
                status,
                transferred,
                length: answer.len().min(LENGTH),
                bytes: [0; LENGTH],
            };
            for (to, byte) in record.bytes.iter_mut().zip(answer) {
                *to = *byte;
            }
        }
    }
}

impl fmt::Display for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring.lock();
        writeln!(
            f,
            "answers {} failed {} rejected {}",
            ring.last, ring.failed, ring.rejected
        )?;
        let first = ring.last.saturating_sub(KEPT as u64 - 1).max(1);
        for number in first..=ring.last {
            let Some(record) = ring.records.iter().find(|r| r.number == number) else {
                continue;
            };
            write!(
                f,
                "{number} status={} transferred={} hex=",
                record.status, record.transferred
            )?;
            for byte in record.bytes.iter().take(record.length) {
                write!(f, "{byte:02x}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
