// SPDX-License-Identifier: GPL-2.0

//! How the transport judges what comes back for a command, and what an LLDD
//! may do with one.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    bench::Bench,
    controller::{
        Controller,
        Phase,
        Request, //
    },
    model::{
        pattern,
        Wanted, //
    },
    options::Wish,
    script::{
        opcode,
        Alter,
        Delivery,
        On,
        Rule,
        CREATE_ASSOCIATION,
        DISCONNECT, //
    }, //
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult,
    OrFail, //
};

/// Status: Host Path Error.
pub(crate) const PATH_ERROR: i32 = 0x370;

/// A Read of one block.
pub(crate) const READ: Request = Request {
    io: true,
    opcode: opcode::READ,
    words: [3, 0],
};
/// The step that it is.
pub(crate) const ON_READ: On = On::Io(opcode::READ);

/// A bench with a controller in service that reconnects.
pub(crate) fn connected() -> CaseResult<(Bench, Controller)> {
    let bench = Bench::new(Wanted::PLAIN)?;
    let ctrl = bench.live(&Wish::PATIENT)?;
    ctrl.scanned();
    bench.lldd.forget();
    Ok((bench, ctrl))
}

/// Reads a block; gives what came of that, with the result's dwords.
pub(crate) fn read(ctrl: &Controller) -> CaseResult<Result<u64, i32>> {
    let mut data = KVec::from_elem(0u8, 512, GFP_KERNEL).or_fail()?;
    let got = ctrl.command(&READ, &mut data);
    if got.is_ok() {
        let right = data
            .iter()
            .enumerate()
            .all(|(at, byte)| *byte == pattern(3 * 512 + at));
        ensure!(right, "wrong data");
    }
    Ok(got)
}

/// A read that fails in the transport costs the association.
fn fatal(bench: &Bench, ctrl: &Controller, what: &str, alter: Alter) -> CaseResult {
    bench.lldd.forget();
    bench.lldd.rule(Rule::at(ON_READ).alter(alter));
    ensure_eq!(read(ctrl)?, Err(PATH_ERROR), "{what}");
    ensure!(
        bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) == 1),
        "{what}: no reset"
    );
    ctrl.wait(Phase::Live, 10)?;
    ensure_eq!(bench.lldd.count(DISCONNECT), 1, "{what}");
    ensure_eq!(bench.lldd.count(ON_READ), 1, "{what}");
    Ok(())
}

/// A read that ends as the controller says.
fn harmless(
    bench: &Bench,
    ctrl: &Controller,
    what: &str,
    alter: Alter,
) -> CaseResult<Result<u64, i32>> {
    bench.lldd.forget();
    bench.lldd.rule(Rule::at(ON_READ).alter(alter));
    let got = read(ctrl)?;
    ensure_eq!(ctrl.phase(), Phase::Live, "{what}");
    ensure_eq!(bench.lldd.count(DISCONNECT), 0, "{what}");
    Ok(got)
}

/// Ends a case with a controller.
pub(crate) fn end(bench: Bench, ctrl: Controller) -> CaseResult {
    ctrl.delete()?;
    drop(ctrl);
    bench.end()
}

pub(crate) fn each_byte_of_an_extended_response() -> CaseResult {
    let (bench, ctrl) = connected()?;
    for at in 0..32usize {
        let alter = Alter::FcpByte(at, 0x10);
        match at {
            // Result, length, bytes moved, command identifier.
            0 | 2..=3 | 8..=11 | 28..=29 => {
                fatal(&bench, &ctrl, "a byte that is compared", alter)?;
            }
            // The result of the command.
            16..=23 => {
                let result = 0x10u64 << (8 * (at - 16));
                ensure_eq!(harmless(&bench, &ctrl, "result", alter)?, Ok(result));
            }
            // Its status: a phase bit below.
            30 => ensure_eq!(harmless(&bench, &ctrl, "status", alter)?, Err(0x10 >> 1)),
            31 => ensure_eq!(harmless(&bench, &ctrl, "status", alter)?, Err(0x1000 >> 1)),
            // Reserved, sequence number, queue head and identifier.
            _ => ensure_eq!(
                harmless(&bench, &ctrl, "not looked at", alter)?,
                Ok(0),
                "{at}"
            ),
        }
    }
    end(bench, ctrl)
}

pub(crate) fn each_length_of_a_response() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let good = [
        Alter::Fcp(|answer| answer.response_length = 0),
        Alter::Fcp(|answer| answer.response_length = 12),
        Alter::Fcp(|answer| answer.response_length = 32),
    ];
    for alter in good {
        ensure_eq!(harmless(&bench, &ctrl, "good length", alter)?, Ok(0));
    }
    let bad = [
        Alter::Fcp(|answer| answer.response_length = 1),
        Alter::Fcp(|answer| answer.response_length = 11),
        Alter::Fcp(|answer| answer.response_length = 13),
        Alter::Fcp(|answer| answer.response_length = 16),
        Alter::Fcp(|answer| answer.response_length = 31),
        Alter::Fcp(|answer| answer.response_length = 33),
        Alter::Fcp(|answer| answer.response_length = 96),
        Alter::Fcp(|answer| answer.response_length = u16::MAX),
    ];
    for alter in bad {
        fatal(&bench, &ctrl, "bad length", alter)?;
    }
    end(bench, ctrl)
}

pub(crate) fn lengths_of_data() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let bad = [
        Alter::Fcp(|answer| answer.transferred = 511),
        Alter::Fcp(|answer| answer.transferred = 513),
        Alter::Fcp(|answer| answer.transferred = 0),
        Alter::Fcp(|answer| answer.transferred = u32::MAX),
        Alter::Fcp(|answer| {
            answer.response_length = 0;
            answer.transferred = 508;
        }),
        // The extended response says what was moved, or else.
        Alter::Fcp(|answer| {
            answer.extend();
            answer.transferred = 508;
        }),
        Alter::Fcp(|answer| {
            answer.extend();
            answer.iu.transferred.set(516);
        }),
    ];
    for alter in bad {
        fatal(&bench, &ctrl, "bytes moved", alter)?;
    }
    // If both agree, the controller has its reasons.
    let agreed = Alter::Fcp(|answer| {
        answer.extend();
        answer.transferred = 508;
        answer.iu.transferred.set(508);
    });
    ensure_eq!(harmless(&bench, &ctrl, "agreed", agreed)?, Ok(0));
    end(bench, ctrl)
}

pub(crate) fn errors_of_the_lldd() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let errors = [
        Alter::Fcp(|answer| answer.status = EIO.to_errno()),
        Alter::Fcp(|answer| answer.status = ETIMEDOUT.to_errno()),
        Alter::Fcp(|answer| answer.status = ECANCELED.to_errno()),
        Alter::Fcp(|answer| answer.status = 1),
        Alter::Fcp(|answer| answer.status = i32::MIN),
    ];
    for alter in errors {
        fatal(&bench, &ctrl, "status of the LLDD", alter)?;
    }
    end(bench, ctrl)
}

pub(crate) fn refused_commands() -> CaseResult {
    let (bench, ctrl) = connected()?;
    // Busy is for a moment.
    bench
        .lldd
        .rule(Rule::at(ON_READ).times(3).refuse(EBUSY.to_errno()));
    ensure_eq!(read(&ctrl)?, Ok(0));
    ensure_eq!(bench.lldd.count(ON_READ), 4);
    end(bench, ctrl)
}

pub(crate) fn an_exchange_that_comes_back_twice() -> CaseResult {
    let (bench, ctrl) = connected()?;
    bench.lldd.rule(Rule::at(ON_READ).deliver(Delivery::Twice));
    ensure_eq!(read(&ctrl)?, Ok(0));
    ensure_eq!(read(&ctrl)?, Ok(0));
    ensure_eq!(ctrl.phase(), Phase::Live);
    end(bench, ctrl)
}

pub(crate) fn data_of_all_sizes() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let mut data = KVec::from_elem(0u8, 65536, GFP_KERNEL).or_fail()?;
    for (round, delivery) in [Delivery::Inline, Delivery::Thread(0)]
        .into_iter()
        .enumerate()
    {
        bench.lldd.with(|state| {
            state.delivery = delivery;
            state.extended = round == 1;
        });
        for length in [512usize, 1024, 4096, 8192, 61440, 65536] {
            let part = data.get_mut(..length).or_fail()?;
            for (at, byte) in part.iter_mut().enumerate() {
                *byte = pattern(at + length + round) ^ 0x5a;
            }
            let mut request = Request {
                io: true,
                opcode: opcode::WRITE,
                words: [0, 0],
            };
            ensure_eq!(ctrl.command(&request, part), Ok(0), "{length}");
            part.fill(0);
            request.opcode = opcode::READ;
            ensure_eq!(ctrl.command(&request, part), Ok(0), "{length}");
            let right = part
                .iter()
                .enumerate()
                .all(|(at, byte)| *byte == pattern(at + length + round) ^ 0x5a);
            ensure!(right, "{length} bytes");
        }
    }
    let flush = Request {
        io: true,
        opcode: opcode::FLUSH,
        words: [0, 0],
    };
    ensure_eq!(ctrl.command(&flush, &mut []), Ok(0));
    // What the controller refuses is its own affair.
    let beyond = Request {
        words: [128, 0],
        ..READ
    };
    let part = data.get_mut(..512).or_fail()?;
    ensure_eq!(ctrl.command(&beyond, part), Err(0x4080));
    ensure_eq!(ctrl.phase(), Phase::Live);
    end(bench, ctrl)
}
