// SPDX-License-Identifier: GPL-2.0

//! Host judgement of responses: the table of reference host-transport 1.7,
//! step 9.

use nvme_fc_proto::response::*;
use nvme_fc_proto::wire::ExtendedResponseIu;
use proptest::prelude::*;
use zerocopy::FromZeros;

/// A 4 KiB command that succeeded.
const GOOD: Report = Report {
    aborted: false,
    lldd_status: 0,
    response_length: 12,
    transferred: 4096,
    data_length: 4096,
    command_id: [0x34, 0x12],
};

/// An extended response that fits [`GOOD`], with a status and a result.
fn extended() -> ExtendedResponseIu {
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

#[test]
fn statuses_are_those_of_the_core() {
    assert_eq!(HOST_ABORTED >> 1, 0x371);
    assert_eq!(HOST_PATH_ERROR >> 1, 0x370);
}

#[test]
fn short_responses() {
    for response_length in [0, 12] {
        let report = Report {
            response_length,
            ..GOOD
        };
        let outcome = judge(&report, &noise());

        assert!(plain_success(&report));
        assert_eq!((outcome.status, outcome.result), (0, 0));
        assert!(!outcome.terminates());

        for transferred in [0, 4095, 4097, u32::MAX] {
            let report = Report {
                transferred,
                ..report
            };
            let failure = Failure::TransferLength {
                transferred,
                expected: 4096,
            };

            assert_eq!(judge(&report, &noise()), failed(HOST_PATH_ERROR, failure));
        }
    }
}

#[test]
fn an_abort_beats_everything() {
    for (lldd_status, response_length) in [(0, 12), (-5, 0), (0, 32), (0, 99)] {
        let report = Report {
            aborted: true,
            lldd_status,
            response_length,
            ..GOOD
        };
        let outcome = judge(&report, &extended());

        assert_eq!(outcome, failed(HOST_ABORTED, Failure::Aborted));
        assert!(outcome.terminates());
    }
}

#[test]
fn an_lldd_error_beats_any_response() {
    for lldd_status in [-5, -111, 1, i32::MIN] {
        for response_length in [0, 12, 32, 99] {
            let report = Report {
                lldd_status,
                response_length,
                ..GOOD
            };

            assert_eq!(
                judge(&report, &extended()),
                failed(HOST_PATH_ERROR, Failure::Lldd(lldd_status))
            );
        }
    }
}

#[test]
fn an_extended_response_brings_its_entry() {
    let report = Report {
        response_length: 32,
        ..GOOD
    };
    let expected = Outcome {
        status: 0x4002,
        result: 0x1122_3344_5566_7788,
        failure: None,
    };

    assert_eq!(judge(&report, &extended()), expected);
    // What was moved need not be what was asked for: the status tells.
    let short = Report {
        transferred: 512,
        ..report
    };
    let mut iu = extended();
    iu.transferred.set(512);
    assert_eq!(judge(&short, &iu), expected);
}

#[test]
fn each_field_of_an_extended_response_counts() {
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

        assert_eq!((outcome.status, outcome.result), (HOST_PATH_ERROR, 0));
        let Some(Failure::ExtendedResponse(bad)) = outcome.failure else {
            panic!("{outcome:?}");
        };
        assert_eq!(bad.iu_words, iu.iu_words.get());
        assert_eq!(bad.stated, iu.transferred.get());
        assert_eq!(bad.transferred, 4096);
        assert_eq!(bad.result, iu.result);
        assert_eq!(bad.sent_id, [0x34, 0x12]);
        assert_eq!(bad.received_id, iu.cqe.command_id);
    }
    // The sequence number and the queue do not.
    let mut iu = extended();
    iu.sequence_number.set(0);
    iu.cqe.sq_head.set(9);
    iu.cqe.sq_id.set(9);
    assert!(!judge(&report, &iu).terminates());
}

#[test]
fn odd_lengths() {
    for response_length in (0..=64).filter(|length| ![0, 12, 32].contains(length)) {
        let report = Report {
            response_length,
            ..GOOD
        };

        assert_eq!(
            judge(&report, &extended()),
            failed(HOST_PATH_ERROR, Failure::ResponseLength(response_length))
        );
    }
}

proptest! {
    #[test]
    fn the_fast_path_is_the_slow_one(
        aborted: bool,
        lldd_status in prop_oneof![Just(0), any::<i32>()],
        response_length in prop_oneof![Just(0u16), Just(12), Just(32), any::<u16>()],
        transferred in prop_oneof![Just(4096), any::<u32>()],
        stated in prop_oneof![Just(4096), any::<u32>()],
        id in prop_oneof![Just([0x34, 0x12]), any::<[u8; 2]>()],
    ) {
        let report = Report {
            aborted,
            lldd_status,
            response_length,
            transferred,
            ..GOOD
        };
        let mut iu = extended();
        iu.transferred.set(stated);
        iu.cqe.command_id = id;

        let outcome = judge(&report, &iu);
        let fine = !aborted && lldd_status == 0 && match response_length {
            0 | 12 => transferred == 4096,
            32 => stated == transferred && id == [0x34, 0x12],
            _ => false,
        };
        prop_assert_eq!(outcome.terminates(), !fine);
        prop_assert_eq!(plain_success(&report), fine && response_length != 32);
        if !fine {
            prop_assert_eq!(outcome.status, if aborted { 0x371 << 1 } else { 0x370 << 1 });
        } else if response_length == 32 {
            prop_assert_eq!(outcome.status, 0x4002);
        } else {
            prop_assert_eq!((outcome.status, outcome.result), (0, 0));
        }
    }
}
