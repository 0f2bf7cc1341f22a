// SPDX-License-Identifier: GPL-2.0

use super::{ensure, ensure_eq, CaseResult};
use crate::proto::command::cmd_iu::Transfer;
use crate::proto::command::connect::{
    check_controller,
    check_entry,
    failure,
    is_connect,
    nqn,
    Admission,
    ConnectError,
    Expected,
    Outcome, //
};
use crate::proto::wire::SubmissionEntry;
use zerocopy::FromZeros;

/// The connection of the cases.
const EXPECTED: Expected = Expected {
    queue_id: 3,
    size: 31,
};

/// A Connect.
fn connect(queue_id: u16, size: u16) -> SubmissionEntry {
    let mut entry = SubmissionEntry::new_zeroed();

    entry.opcode = 0x7f;
    entry.namespace[0] = 1;
    // The record format below is not the transport's to check.
    entry.dwords10[0].set(u32::from(queue_id) << 16 | 0xabcd);
    entry.dwords10[1].set(0x00ff_0000 | u32::from(size));
    entry
}

pub(crate) fn only_connect_is_one() -> CaseResult {
    let mut entry = connect(0, 31);

    ensure!(is_connect(&entry));
    for kind in (0..=u8::MAX).filter(|kind| *kind != 1) {
        entry.namespace[0] = kind;
        ensure!(!is_connect(&entry), "{kind}");
    }
    entry.namespace[0] = 1;
    for opcode in (0..=u8::MAX).filter(|opcode| *opcode != 0x7f) {
        entry.opcode = opcode;
        ensure!(!is_connect(&entry), "{opcode}");
    }
    Ok(())
}

pub(crate) fn every_queue_and_size() -> CaseResult {
    let check =
        |queue_id, size| check_entry(&connect(queue_id, size), Transfer::Write(1024), EXPECTED);

    for queue_id in (0..=u16::MAX).filter(|queue_id| *queue_id != 3) {
        ensure_eq!(check(queue_id, 31), Err(ConnectError::Queue), "{queue_id}");
    }
    for size in 0..=u16::MAX {
        let good = (1..=31).contains(&size);
        ensure_eq!(check(3, size).is_ok(), good, "{size}");
        ensure!(good || check(3, size) == Err(ConnectError::Size));
    }
    Ok(())
}

pub(crate) fn data_of_one_length() -> CaseResult {
    for transfer in [
        Transfer::None,
        Transfer::Read(1024),
        Transfer::Write(1023),
        Transfer::Write(1025),
        Transfer::Write(u32::MAX),
    ] {
        ensure_eq!(
            check_entry(&connect(3, 31), transfer, EXPECTED),
            Err(ConnectError::DataLength)
        );
    }
    Ok(())
}

pub(crate) fn only_its_own_controller() -> CaseResult {
    ensure_eq!(check_controller([0x34, 0x12], Some(0x1234)), Ok(()));
    for association in [None, Some(0x3412), Some(0), Some(0x1235)] {
        ensure_eq!(
            check_controller([0x34, 0x12], association),
            Err(ConnectError::Controller)
        );
    }
    ensure_eq!(
        check_controller([0, 0], None),
        Err(ConnectError::Controller)
    );
    Ok(())
}

pub(crate) fn refusals_name_the_place() -> CaseResult {
    for (error, status, result) in [
        (ConnectError::Sequence, 0x400c, 0),
        (ConnectError::DataLength, 0x400f, 0),
        (ConnectError::Queue, 0x4182, 42),
        (ConnectError::Size, 0x4182, 44),
        (ConnectError::Controller, 0x4182, 0x1_0010),
    ] {
        ensure_eq!((error.status(), error.result()), (status, result));
        ensure!(!error.text().is_empty());
    }
    Ok(())
}

pub(crate) fn names_end_at_the_first_zero() -> CaseResult {
    let mut field = [b'a'; 256];

    ensure_eq!(nqn(&field).len(), 256);
    field[3] = 0;
    ensure_eq!(nqn(&field), b"aaa");
    field[0] = 0;
    ensure_eq!(nqn(&field), b"");
    Ok(())
}

pub(crate) fn failures_have_words() -> CaseResult {
    for (status, at, text) in [
        (0x4182, 0x1_0100, "no such subsystem at this port"),
        (0x0182, 0x1_0100, "no such subsystem at this port"),
        (0x4184, 0x1_0200, "host not allowed"),
        (0x4182, 0x1_0200, "NQN of the host not valid"),
        (0x4182, 0x1_0010, "no such controller"),
        (0x4182, 42, "queue identifier not valid"),
        (0x4182, 44, "queue size not valid"),
        (0x4182, 0, "invalid parameters"),
        (0x4180, 0, "record format not supported"),
        (0x4181, 0, "controller busy"),
        (0x4191, 0, "authentication required"),
        (0x4000, 0, "see the NVMe status"),
    ] {
        ensure_eq!(failure(status, at), text, "{status:x} {at:x}");
    }
    Ok(())
}

pub(crate) fn one_connect_at_a_time() -> CaseResult {
    let all = [
        Admission::Unconnected,
        Admission::Connecting,
        Admission::Connected,
        Admission::Spoiled,
        Admission::Going,
    ];

    for admission in all {
        let begun = admission.begin();
        let may = admission == Admission::Unconnected;
        ensure_eq!(
            begun,
            if may {
                Ok(Admission::Connecting)
            } else {
                Err(ConnectError::Sequence)
            }
        );
    }
    // Commands are executed on a whole queue, or while it goes.
    let serving = all.map(Admission::serves);
    ensure_eq!(serving, [false, false, true, false, true]);
    let taking = all.map(Admission::takes_commands);
    ensure_eq!(taking, [true, true, true, false, false]);
    Ok(())
}

pub(crate) fn nothing_half_way_serves() -> CaseResult {
    for bits in 0..16u32 {
        let is = |bit: u32| bits & (1 << bit) != 0;
        let outcome = Outcome {
            ok: is(0),
            submission: is(1),
            completion: is(2),
            own: is(3),
        };
        let expected = match bits {
            0b1111 => Admission::Connected,
            0b0000 | 0b1000 => Admission::Unconnected,
            _ => Admission::Spoiled,
        };

        ensure_eq!(Admission::Connecting.settle(outcome), expected, "{bits}");
        for other in [
            Admission::Unconnected,
            Admission::Connected,
            Admission::Spoiled,
            Admission::Going,
        ] {
            ensure_eq!(other.settle(outcome), other, "{bits}");
        }
    }
    Ok(())
}
