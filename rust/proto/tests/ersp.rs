// SPDX-License-Identifier: GPL-2.0

//! Short or extended response, against a model of a whole connection.

use nvme_fc_proto::ersp::*;
use nvme_fc_proto::wire::{CompletionEntry, ExtendedResponseIu, SubmissionEntry};
use std::collections::VecDeque;
use zerocopy::{FromBytes, FromZeros, IntoBytes};

/// Rules under which only the case at hand asks for an extended response.
const QUIET: Rules = Rules {
    ersp_ratio: 1000,
    submission_queue_size: 1000,
};

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

#[test]
fn each_reason_alone() {
    assert!(!due(|_, _, _| ()));
    assert!(due(|sqe, _, _| sqe.opcode = 0x7f));
    assert!(due(|sqe, _, _| sqe.flags = 1));
    assert!(due(|sqe, _, _| sqe.flags = 2));
    assert!(!due(|sqe, _, _| sqe.flags = 0x40));
    assert!(due(|_, cqe, _| cqe.status.set(2)));
    assert!(due(|_, cqe, _| cqe.status.set(0x8000)));
    assert!(!due(|_, cqe, _| cqe.status.set(1)));
    for bit in 0..64 {
        assert!(due(|_, cqe, _| cqe.result.set(1 << bit)));
    }
    assert!(due(|_, _, counts| counts.transferred = 4095));
    assert!(due(|_, _, counts| counts.transferred = 0));
    assert!(due(|_, _, counts| counts.expected = 0));
    assert!(!due(|_, _, counts| counts.ordinal = 999));
    assert!(due(|_, _, counts| counts.ordinal = 1000));
    assert!(due(|_, _, counts| counts.ordinal = 3000));
    assert!(!due(|_, _, counts| counts.outstanding = 899));
    assert!(due(|_, _, counts| counts.outstanding = 900));
    assert!(due(|_, _, counts| counts.outstanding = u32::MAX));
}

#[test]
fn a_ratio_of_none_or_one_is_always() {
    for ersp_ratio in [0, 1] {
        for ordinal in [0, 1, 2, u32::MAX] {
            let rules = Rules {
                ersp_ratio,
                ..QUIET
            };
            let counts = Counts {
                expected: 0,
                transferred: 0,
                ordinal,
                outstanding: 0,
            };
            let (sqe, cqe) = (SubmissionEntry::new_zeroed(), CompletionEntry::new_zeroed());

            assert!(extended_is_due(&counts.answer(&sqe, &cqe), rules));
        }
    }
}

#[test]
fn nine_tenths_of_any_queue() {
    for submission_queue_size in (1..=2000).chain([u16::MAX]) {
        let rules = Rules {
            ersp_ratio: 1000,
            submission_queue_size,
        };
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

            assert_eq!(
                extended_is_due(&counts.answer(&sqe, &cqe), rules),
                outstanding >= limit,
                "{outstanding} of {size}"
            );
        }
    }
}

#[test]
fn a_short_response_is_twelve_zeros() {
    let mut iu = ExtendedResponseIu::read_from_bytes(&[0xa5; 32]).unwrap();

    assert_eq!(write_short(&mut iu), 12);
    assert_eq!(iu.as_bytes()[..12], [0; 12]);
    assert_eq!(iu.as_bytes()[16..], [0xa5; 16]);
}

#[test]
fn an_extended_response_is_whole() {
    let mut iu = ExtendedResponseIu::read_from_bytes(&[0xa5; 32]).unwrap();
    let mut expected = [0xa5; 32];
    expected[..16].copy_from_slice(&[0, 0, 0, 8, 0, 0, 1, 2, 0, 1, 0, 0, 0, 0, 0, 0]);

    assert_eq!(write_extended(&mut iu, 0x102, 0x1_0000), 32);
    assert_eq!(iu.as_bytes(), expected);
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
struct Command {
    /// Its entry.
    sqe: SubmissionEntry,
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
        let full = f64::from(used) / f64::from(self.entries - 1) >= 0.9;
        let status = u16::from_le_bytes([cqe[14], cqe[15]]) >> 1;
        let fused = command.sqe.as_bytes()[1] & 3 != 0;
        let fabrics = command.sqe.as_bytes()[0] == 0x7f;

        every
            || full
            || fused
            || fabrics
            || status != 0
            || cqe[..8].iter().any(|byte| *byte != 0)
            || moved != command.length
    }
}

/// Runs so many completions on one connection; the extended ones.
fn run(noise: &mut Noise, size: u16, ratio: u16, completions: u32) -> u32 {
    let rules = Rules {
        ersp_ratio: ratio,
        submission_queue_size: size,
    };
    let mut ring = Ring {
        entries: u32::from(size) + 1,
        tail: 0,
        head: 0,
        since: 0,
        sent: 0,
    };
    // What a target keeps: commands, and its two counters.
    let mut outstanding = VecDeque::new();
    let (mut responses, mut sequence) = (0_u32, 0_u32);

    for _ in 0..completions {
        let wanted = 1 + noise.below(u64::from(size)) as usize;
        while outstanding.len() < wanted {
            let mut sqe = SubmissionEntry::new_zeroed();
            sqe.opcode = if noise.once_in(50) { 0x7f } else { 2 };
            sqe.flags = 0x40 | if noise.once_in(50) { 1 } else { 0 };
            let length = 512 * noise.below(16) as u32;
            outstanding.push_back(Command { sqe, length });
            ring.tail = (ring.tail + 1) % ring.entries;
        }
        let which = noise.below(outstanding.len() as u64) as usize;
        let command = outstanding.remove(which).unwrap();
        let mut cqe = CompletionEntry::new_zeroed();
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
            sqe: &command.sqe,
            cqe: &cqe,
            expected: command.length,
            transferred: moved,
            ordinal: responses,
            outstanding: outstanding.len() as u32,
        };
        let extended = extended_is_due(&answer, rules);
        let expected = ring.extended(ratio, &command, cqe.as_bytes(), moved);
        assert_eq!(
            extended, expected,
            "response {responses}, size {size}, ratio {ratio}"
        );

        let mut iu = ExtendedResponseIu::new_zeroed();
        iu.cqe = cqe;
        if extended {
            sequence = sequence.wrapping_add(1);
            ring.sent += 1;
            assert_eq!(write_extended(&mut iu, sequence, moved), 32);
            assert_eq!(iu.sequence_number.get(), ring.sent);
            assert_eq!(iu.transferred.get(), moved);
        } else {
            assert_eq!(write_short(&mut iu), 12);
        }
        assert_eq!(iu.cqe, cqe);
    }
    sequence
}

#[test]
fn ten_thousand_completions_against_the_model() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut completions = 0;

    for (size, ratio) in [(31, 8), (127, 25), (2, 1), (1023, 204), (15, 3)] {
        let extended = run(&mut noise, size, ratio, 2500);

        // Neither kind of response may have been missing.
        if ratio == 1 {
            assert_eq!(extended, 2500);
        } else {
            assert!((2500 / u32::from(ratio) + 1..2500).contains(&extended));
        }
        completions += 2500;
    }
    assert!(completions >= 10_000);
}
