// SPDX-License-Identifier: GPL-2.0

//! Link services that come to a target: what is accepted keeps to the limits,
//! what is not is answered with a reject of the right form.

#![no_main]
#![deny(unsafe_code)]

use libfuzzer_sys::fuzz_target;
use nvme_fc_proto::{
    ls::{
        error::LsError,
        receive::{
            at_target,
            command,
            command_name,
            Limits,
            QueueParameters,
            TargetRequest, //
        },
        response, //
    },
    wire::LS_RESPONSE_MAX, //
};
use zerocopy::IntoBytes;

/// The limits that a target may have: nvmet's, and narrow ones.
const LIMITS: [Limits; 3] = [
    Limits {
        admin_queue_size: 31,
        io_queue_size: 127,
        queue_id: 128,
    },
    Limits {
        admin_queue_size: u16::MAX,
        io_queue_size: u16::MAX,
        queue_id: u16::MAX,
    },
    Limits {
        admin_queue_size: 2,
        io_queue_size: 2,
        queue_id: 1,
    },
];

/// What holds for the queue of every accepted request.
fn queue(queue: &QueueParameters, limit: u16) {
    assert!((1..=limit).contains(&queue.submission_queue_size));
    assert!(queue.stated_size >= queue.submission_queue_size);
    assert!((1..queue.stated_size).contains(&queue.ersp_ratio));
}

/// What holds for every accepted NQN.
fn nqn(nqn: &[u8]) {
    assert!((1..256).contains(&nqn.len()) && !nqn.contains(&0));
}

/// The reject that a target sends: 40 bytes that name the request.
fn rejected(payload: &[u8], error: LsError) {
    let reject = error.reject();
    let answer = response::reject(command(payload), reject);
    let bytes = answer.as_bytes();

    assert!(!error.text().is_empty() && !reject.reason_text().is_empty());
    assert_eq!((bytes.len(), bytes[0]), (40, 1));
    assert_eq!(bytes[16], command(payload));
    assert_ne!(bytes[33], 0, "a reject without a reason");
    let mut buffer = [0xff; LS_RESPONSE_MAX];
    let written = response::LsResponse::Reject(answer).write(&mut buffer);
    assert_eq!(&buffer[..usize::from(written)], bytes);
    assert!(buffer[usize::from(written)..].iter().all(|byte| *byte == 0));
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, payload)) = data.split_first() else {
        return;
    };
    let limits = &LIMITS[usize::from(*choice) % LIMITS.len()];
    let result = at_target(payload, limits);

    let _ = command_name(command(payload));
    match result {
        Ok(TargetRequest::CreateAssociation(request)) => {
            assert_eq!(payload[0], 3);
            queue(&request.queue, limits.admin_queue_size);
            nqn(request.host_nqn);
            nqn(request.subsystem_nqn);
        }
        Ok(TargetRequest::CreateConnection(request)) => {
            assert_eq!(payload[0], 4);
            queue(&request.queue, limits.io_queue_size);
            assert!((1..=limits.queue_id).contains(&request.queue_id));
        }
        Ok(TargetRequest::DisconnectAssociation(_)) => assert_eq!(payload[0], 5),
        Err(error) => rejected(payload, error),
    }
    // What follows a request that was understood does not change it.
    if result.is_ok() {
        let mut longer = payload.to_vec();
        longer.extend_from_slice(&[0xa5; 9]);
        assert_eq!(at_target(&longer, limits), result);
    }
});
