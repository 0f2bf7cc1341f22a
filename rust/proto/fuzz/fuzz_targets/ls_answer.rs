// SPDX-License-Identifier: GPL-2.0

//! Answers to a host's link services: what is accepted is, in every byte that
//! counts, what this target would have sent; what is a reject says so.

#![no_main]
#![deny(unsafe_code)]

use libfuzzer_sys::fuzz_target;
use nvme_fc_proto::ls::{
    accept::{
        association_in_bad_accept,
        create_association,
        create_connection,
        disconnect_association,
        AcceptError, //
    },
    response, //
};
use zerocopy::IntoBytes;

/// Whether `data` begins with `answer`, apart from the reserved bytes: 1 to 3
/// of the command word, and all that follows the echoed command.
fn same(data: &[u8], answer: &[u8]) {
    for (at, byte) in answer.iter().enumerate() {
        if !matches!(at, 1..4 | 17..24) {
            assert_eq!(data[at], *byte, "byte {at}");
        }
    }
}

/// What an error says, in words.
fn told(error: AcceptError, data: &[u8]) {
    assert!(!error.text().is_empty());
    if let AcceptError::Rejected(reject) = error {
        assert_eq!(data[0], 1);
        assert!(!reject.reason_text().is_empty() && !reject.explanation_text().is_empty());
    }
}

fuzz_target!(|data: &[u8]| {
    match create_association(data) {
        Ok((association, connection)) => {
            same(
                data,
                response::create_association(association)
                    .as_bytes()
                    .split_at(48)
                    .0,
            );
            assert_eq!(association_in_bad_accept(data), Some(association));
            let _ = connection;
        }
        Err(error) => told(error, data),
    }
    match create_connection(data) {
        Ok(connection) => same(data, response::create_connection(connection).as_bytes()),
        Err(error) => told(error, data),
    }
    match disconnect_association(data) {
        Ok(()) => same(data, response::disconnect_association().as_bytes()),
        Err(error) => told(error, data),
    }
});
