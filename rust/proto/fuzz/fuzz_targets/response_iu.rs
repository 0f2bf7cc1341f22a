// SPDX-License-Identifier: GPL-2.0

//! What a host makes of a response: success only where everything fits, and
//! the quick way is the long one.

#![no_main]
#![deny(unsafe_code)]

use libfuzzer_sys::fuzz_target;
use nvme_fc_proto::{
    command::{
        ersp::{
            write_extended,
            write_short, //
        },
        response::{
            judge,
            plain_success,
            Report, //
        }, //
    },
    wire::ExtendedResponseIu, //
};
use zerocopy::FromBytes;

/// Takes `N` bytes off the front.
fn take<const N: usize>(data: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = data.split_first_chunk()?;
    *data = rest;
    Some(*first)
}

/// Reads a report and the response buffer.
fn read(mut data: &[u8]) -> Option<(Report, ExtendedResponseIu)> {
    let report = Report {
        aborted: take::<1>(&mut data)?[0] & 1 != 0,
        lldd_status: i32::from_le_bytes(take(&mut data)?),
        response_length: u16::from_le_bytes(take(&mut data)?),
        transferred: u32::from_le_bytes(take(&mut data)?),
        data_length: u32::from_le_bytes(take(&mut data)?),
        command_id: take(&mut data)?,
    };
    Some((
        report,
        ExtendedResponseIu::read_from_bytes(&take::<32>(&mut data)?).ok()?,
    ))
}

fuzz_target!(|data: &[u8]| {
    let Some((report, mut iu)) = read(data) else {
        return;
    };
    let bytes = &data[17..49];
    let extended = bytes[..4] == [0, bytes[1], 0, 8]
        && bytes[8..12] == report.transferred.to_be_bytes()
        && bytes[28..30] == report.command_id;
    let fine = !report.aborted
        && report.lldd_status == 0
        && match report.response_length {
            0 | 12 => report.transferred == report.data_length,
            32 => extended,
            _ => false,
        };
    let outcome = judge(&report, &iu);

    assert_eq!(outcome.terminates(), !fine);
    assert_eq!(plain_success(&report), fine && report.response_length != 32);
    if !fine {
        assert_eq!(outcome.result, 0);
        assert_ne!(outcome.status, 0);
    } else if report.response_length == 32 {
        assert_eq!(outcome.status.to_le_bytes(), bytes[30..32]);
        assert_eq!(outcome.result.to_le_bytes(), bytes[16..24]);
    } else {
        assert_eq!((outcome.status, outcome.result), (0, 0));
    }

    // What this target writes is what this host takes.
    let sent = Report {
        aborted: false,
        lldd_status: 0,
        data_length: report.transferred,
        ..report
    };
    iu.cqe.command_id = report.command_id;
    let response_length = write_extended(&mut iu, report.data_length, report.transferred);
    assert!(!judge(
        &Report {
            response_length,
            ..sent
        },
        &iu
    )
    .terminates());
    let response_length = write_short(&mut iu);
    assert!(!judge(
        &Report {
            response_length,
            ..sent
        },
        &iu
    )
    .terminates());
});
