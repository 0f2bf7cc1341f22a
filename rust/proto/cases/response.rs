// SPDX-License-Identifier: GPL-2.0

//! Host judgement of responses: the order in which the C module asks, written
//! as a table.

use super::{ensure, ensure_eq, fail, CaseResult};
use crate::proto::command::response::*;
use crate::proto::wire::ExtendedResponseIu;
use zerocopy::FromZeros;

/// A 4 KiB command that succeeded.
pub(crate) const GOOD: Report = Report {
    aborted: false,
    lldd_status: 0,
    response_length: 12,
    transferred: 4096,
    data_length: 4096,
    command_id: [0x34, 0x12],
};

/// An extended response that fits [`GOOD`], with a status and a result.
pub(crate) fn extended() -> ExtendedResponseIu {
    let mut iu = ExtendedResponseIu::new_zeroed();

    iu.iu_words.set(8);
    iu.sequence_number.set(77);
    iu.transferred.set(4096);
    iu.cqe.result.set(0x1122_3344_5566_7788);
    iu.cqe.command_id = [0x34, 0x12];
    iu.cqe.status.set(0x4002);
    iu
}

/// A buffer that must not be looked at.
fn noise() -> ExtendedResponseIu {
    let mut iu = extended();

    iu.result = 9;
    iu.cqe.status.set(0xffff);
    iu
}

/// A failure without a result.
fn failed(status: u16, failure: Failure) -> Outcome {
    Outcome {
        status,
        result: 0,
        failure: Some(failure),
    }
}

pub(crate) fn statuses_are_those_of_the_core() -> CaseResult {
    ensure_eq!(HOST_ABORTED >> 1, 0x371);
    ensure_eq!(HOST_PATH_ERROR >> 1, 0x370);
    Ok(())
}

pub(crate) fn short_responses() -> CaseResult {
    for response_length in [0, 12] {
        let report = Report {
            response_length,
            ..GOOD
        };
        let outcome = judge(&report, &noise());

        ensure!(plain_success(&report));
        ensure_eq!((outcome.status, outcome.result), (0, 0));
        ensure!(!outcome.terminates());

        for transferred in [0, 4095, 4097, u32::MAX] {
            let report = Report {
                transferred,
                ..report
            };
            let failure = Failure::TransferLength {
                transferred,
                expected: 4096,
            };

            ensure_eq!(judge(&report, &noise()), failed(HOST_PATH_ERROR, failure));
        }
    }
    Ok(())
}

pub(crate) fn an_abort_beats_everything() -> CaseResult {
    for (lldd_status, response_length) in [(0, 12), (-5, 0), (0, 32), (0, 99)] {
        let report = Report {
            aborted: true,
            lldd_status,
            response_length,
            ..GOOD
        };
        let outcome = judge(&report, &extended());

        ensure_eq!(outcome, failed(HOST_ABORTED, Failure::Aborted));
        ensure!(outcome.terminates());
    }
    Ok(())
}

pub(crate) fn an_lldd_error_beats_any_response() -> CaseResult {
    for lldd_status in [-5, -111, 1, i32::MIN] {
        for response_length in [0, 12, 32, 99] {
            let report = Report {
                lldd_status,
                response_length,
                ..GOOD
            };

            ensure_eq!(
                judge(&report, &extended()),
                failed(HOST_PATH_ERROR, Failure::Lldd(lldd_status))
            );
        }
    }
    Ok(())
}

pub(crate) fn an_extended_response_brings_its_entry() -> CaseResult {
    let report = Report {
        response_length: 32,
        ..GOOD
    };
    let expected = Outcome {
        status: 0x4002,
        result: 0x1122_3344_5566_7788,
        failure: None,
    };

    ensure_eq!(judge(&report, &extended()), expected);
    // What was moved need not be what was asked for: the status tells.
    let short = Report {
        transferred: 512,
        ..report
    };
    let mut iu = extended();
    iu.transferred.set(512);
    ensure_eq!(judge(&short, &iu), expected);
    Ok(())
}

pub(crate) fn each_field_of_an_extended_response_counts() -> CaseResult {
    let report = Report {
        response_length: 32,
        ..GOOD
    };
    let changes: [fn(&mut ExtendedResponseIu); 6] = [
        |iu| iu.iu_words.set(7),
        |iu| iu.iu_words.set(0x800),
        |iu| iu.transferred.set(4095),
        |iu| iu.result = 1,
        |iu| iu.cqe.command_id = [0x34, 0x13],
        |iu| iu.cqe.command_id = [0x35, 0x12],
    ];

    for change in changes {
        let mut iu = extended();
        change(&mut iu);
        let outcome = judge(&report, &iu);

        ensure_eq!((outcome.status, outcome.result), (HOST_PATH_ERROR, 0));
        let Some(Failure::ExtendedResponse(bad)) = outcome.failure else {
            fail!("{outcome:?}");
        };
        ensure_eq!(bad.iu_words, iu.iu_words.get());
        ensure_eq!(bad.stated, iu.transferred.get());
        ensure_eq!(bad.transferred, 4096);
        ensure_eq!(bad.result, iu.result);
        ensure_eq!(bad.sent_id, [0x34, 0x12]);
        ensure_eq!(bad.received_id, iu.cqe.command_id);
    }
    // The sequence number and the queue do not.
    let mut iu = extended();
    iu.sequence_number.set(0);
    iu.cqe.sq_head.set(9);
    iu.cqe.sq_id.set(9);
    ensure!(!judge(&report, &iu).terminates());
    Ok(())
}

pub(crate) fn odd_lengths() -> CaseResult {
    for response_length in (0..=64).filter(|length| ![0, 12, 32].contains(length)) {
        let report = Report {
            response_length,
            ..GOOD
        };

        ensure_eq!(
            judge(&report, &extended()),
            failed(HOST_PATH_ERROR, Failure::ResponseLength(response_length))
        );
    }
    Ok(())
}
