// SPDX-License-Identifier: GPL-2.0

//! Short or extended response, against a model of a whole connection.

use super::bounded::Bounded;
use super::{ensure, ensure_eq, CaseResult, OrFail};
use crate::proto::command::ersp::*;
use crate::proto::wire::{CompletionEntry, ExtendedResponseIu, SubmissionEntry};
use zerocopy::{FromBytes, FromZeros, IntoBytes};

/// Rules under which only the case at hand asks for an extended response.
const QUIET: Rules = Rules::new(1000, 1000);

/// Asks for a read that went well, after a change.
fn due(change: impl FnOnce(&mut SubmissionEntry, &mut CompletionEntry, &mut Counts)) -> bool {
    let mut sqe = SubmissionEntry::new_zeroed();
    let mut cqe = CompletionEntry::new_zeroed();
    let mut counts = Counts {
        expected: 4096,
        transferred: 4096,
        ordinal: 1,
        outstanding: 0,
    };

    sqe.opcode = 2;
    cqe.sq_head.set(17);
    cqe.sq_id.set(1);
    cqe.command_id = [1, 2];
    change(&mut sqe, &mut cqe, &mut counts);
    extended_is_due(&counts.answer(&sqe, &cqe), QUIET)
}

/// The numbers of an answer.
struct Counts {
    /// Bytes the command asked for.
    expected: u32,
    /// Bytes moved.
    transferred: u32,
    /// Which response.
    ordinal: u32,
    /// Other commands.
    outstanding: u32,
}

impl Counts {
    /// With the entries.
    fn answer<'a>(&self, sqe: &'a SubmissionEntry, cqe: &'a CompletionEntry) -> Answer<'a> {
        Answer {
            sqe,
            cqe,
            expected: self.expected,
            transferred: self.transferred,
            ordinal: self.ordinal,
            outstanding: self.outstanding,
        }
    }
}

pub(crate) fn each_reason_alone() -> CaseResult {
    ensure!(!due(|_, _, _| ()));
    ensure!(due(|sqe, _, _| sqe.opcode = 0x7f));
    ensure!(due(|sqe, _, _| sqe.flags = 1));
    ensure!(due(|sqe, _, _| sqe.flags = 2));
    ensure!(!due(|sqe, _, _| sqe.flags = 0x40));
    ensure!(due(|_, cqe, _| cqe.status.set(2)));
    ensure!(due(|_, cqe, _| cqe.status.set(0x8000)));
    ensure!(!due(|_, cqe, _| cqe.status.set(1)));
    for bit in 0..64 {
        ensure!(due(|_, cqe, _| cqe.result.set(1 << bit)));
    }
    ensure!(due(|_, _, counts| counts.transferred = 4095));
    ensure!(due(|_, _, counts| counts.transferred = 0));
    ensure!(due(|_, _, counts| counts.expected = 0));
    ensure!(!due(|_, _, counts| counts.ordinal = 999));
    ensure!(due(|_, _, counts| counts.ordinal = 1000));
    ensure!(due(|_, _, counts| counts.ordinal = 3000));
    ensure!(!due(|_, _, counts| counts.outstanding = 899));
    ensure!(due(|_, _, counts| counts.outstanding = 900));
    ensure!(due(|_, _, counts| counts.outstanding = u32::MAX));
    Ok(())
}

pub(crate) fn a_ratio_of_none_or_one_is_always() -> CaseResult {
    for ersp_ratio in [0, 1] {
        for ordinal in [0, 1, 2, u32::MAX] {
            let rules = Rules::new(ersp_ratio, 1000);
            let counts = Counts {
                expected: 0,
                transferred: 0,
                ordinal,
                outstanding: 0,
            };
            let (sqe, cqe) = (SubmissionEntry::new_zeroed(), CompletionEntry::new_zeroed());

            ensure!(extended_is_due(&counts.answer(&sqe, &cqe), rules));
        }
    }
    Ok(())
}

pub(crate) fn nine_tenths_of_any_queue() -> CaseResult {
    for submission_queue_size in (1..=2000).chain([u16::MAX]) {
        let rules = Rules::new(1000, submission_queue_size);
        let (sqe, cqe) = (SubmissionEntry::new_zeroed(), CompletionEntry::new_zeroed());
        let size = u32::from(submission_queue_size);
        // The least number that is at least nine tenths.
        let limit = (size * 9).div_ceil(10);

        for outstanding in [0, limit - 1, limit, size] {
            let counts = Counts {
                expected: 0,
                transferred: 0,
                ordinal: 1,
                outstanding,
            };

            ensure_eq!(
                extended_is_due(&counts.answer(&sqe, &cqe), rules),
                outstanding >= limit,
                "{outstanding} of {size}"
            );
        }
    }
    Ok(())
}

pub(crate) fn a_short_response_is_twelve_zeros() -> CaseResult {
    let mut iu = ExtendedResponseIu::read_from_bytes(&[0xa5; 32])
        .ok()
        .or_fail()?;

    ensure_eq!(write_short(&mut iu), 12);
    ensure_eq!(iu.as_bytes()[..12], [0; 12]);
    ensure_eq!(iu.as_bytes()[16..], [0xa5; 16]);
    Ok(())
}

pub(crate) fn an_extended_response_is_whole() -> CaseResult {
    let mut iu = ExtendedResponseIu::read_from_bytes(&[0xa5; 32])
        .ok()
        .or_fail()?;
    let mut expected = [0xa5; 32];
    expected[..16].copy_from_slice(&[0, 0, 0, 8, 0, 0, 1, 2, 0, 1, 0, 0, 0, 0, 0, 0]);

    ensure_eq!(write_extended(&mut iu, 0x102, 0x1_0000), 32);
    ensure_eq!(iu.as_bytes(), expected);
    Ok(())
}

/// Numbers that only look random, so that a failure comes back.
struct Noise(u64);

impl Noise {
    /// The next number below a limit (xorshift).
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// One command on its way.
#[derive(Clone, Copy, PartialEq)]
struct Command {
    /// It is a Fabrics command.
    fabrics: bool,
    /// It is the first of two that are fused.
    fused: bool,
    /// Bytes it asks for.
    length: u32,
}

/// What the standard's text says about one connection, told as the text does:
/// a ring with tail and head, and a count of responses to the next extended
/// one.
struct Ring {
    /// Entries in the ring.
    entries: u32,
    /// Where the host writes.
    tail: u32,
    /// Where the target reads.
    head: u32,
    /// Responses since the last multiple.
    since: u16,
    /// Response sequence number of the last extended response.
    sent: u32,
}

impl Ring {
    /// Whether the response to this command is extended.
    fn extended(&mut self, ratio: u16, command: &Command, cqe: &[u8], moved: u32) -> bool {
        self.head = (self.head + 1) % self.entries;
        self.since += 1;
        let every = self.since == ratio;
        if every {
            self.since = 0;
        }

        let used = (self.tail + self.entries - self.head) % self.entries;
        let full = used * 10 >= (self.entries - 1) * 9;
        let status = u16::from_le_bytes([cqe[14], cqe[15]]) >> 1;

        every
            || full
            || command.fused
            || command.fabrics
            || status != 0
            || cqe[..8].iter().any(|byte| *byte != 0)
            || moved != command.length
    }
}

/// Runs so many completions on one connection; the extended ones.
fn run(noise: &mut Noise, size: u16, ratio: u16, completions: u32) -> CaseResult<u32> {
    let rules = Rules::new(ratio, size);
    let mut ring = Ring {
        entries: u32::from(size) + 1,
        tail: 0,
        head: 0,
        since: 0,
        sent: 0,
    };
    // What a target keeps: commands, and its two counters.
    let mut outstanding = Bounded::<Command, 256>::new();
    let (mut responses, mut sequence) = (0_u32, 0_u32);

    for _ in 0..completions {
        let wanted = 1 + noise.below(u64::from(size)) as usize;
        while outstanding.len() < wanted {
            outstanding.push(Command {
                fabrics: noise.once_in(50),
                fused: noise.once_in(50),
                length: 512 * noise.below(16) as u32,
            })?;
            ring.tail = (ring.tail + 1) % ring.entries;
        }
        let which = noise.below(outstanding.len() as u64) as usize;
        let command = outstanding.take(which).or_fail()?;
        let (mut sqe, mut cqe) = (SubmissionEntry::new_zeroed(), CompletionEntry::new_zeroed());
        sqe.opcode = if command.fabrics { 0x7f } else { 2 };
        sqe.flags = if command.fused { 0x41 } else { 0x40 };
        cqe.sq_head.set(ring.head as u16);
        if noise.once_in(50) {
            cqe.status.set(noise.below(0x1_0000) as u16);
        }
        if noise.once_in(50) {
            cqe.result.set(noise.below(u64::MAX));
        }
        let moved = if noise.once_in(50) {
            noise.below(u64::from(command.length) + 1) as u32
        } else {
            command.length
        };

        responses = responses.wrapping_add(1);
        let answer = Answer {
            sqe: &sqe,
            cqe: &cqe,
            expected: command.length,
            transferred: moved,
            ordinal: responses,
            outstanding: outstanding.len() as u32,
        };
        let extended = extended_is_due(&answer, rules);
        let expected = ring.extended(ratio, &command, cqe.as_bytes(), moved);
        ensure_eq!(
            extended,
            expected,
            "response {responses}, size {size}, ratio {ratio}"
        );

        let mut iu = ExtendedResponseIu::new_zeroed();
        iu.cqe = cqe;
        if extended {
            sequence = sequence.wrapping_add(1);
            ring.sent += 1;
            ensure_eq!(write_extended(&mut iu, sequence, moved), 32);
            ensure_eq!(iu.sequence_number.get(), ring.sent);
            ensure_eq!(iu.transferred.get(), moved);
        } else {
            ensure_eq!(write_short(&mut iu), 12);
        }
        ensure_eq!(iu.cqe, cqe);
    }
    Ok(sequence)
}

pub(crate) fn ten_thousand_completions_against_the_model() -> CaseResult {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut completions = 0;

    for (size, ratio) in [(31, 8), (127, 25), (2, 1), (255, 51), (15, 3)] {
        let extended = run(&mut noise, size, ratio, 2500)?;

        // Neither kind of response may have been missing.
        if ratio == 1 {
            ensure_eq!(extended, 2500);
        } else {
            let by_ratio = 2500_u32.checked_div(u32::from(ratio)).or_fail()?;

            ensure!((by_ratio + 1..2500).contains(&extended));
        }
        completions += 2500;
    }
    ensure!(completions >= 10_000);
    Ok(())
}
