// SPDX-License-Identifier: GPL-2.0

//! Link services that come to a host: only a Disconnect is accepted, and only
//! one that says all that a Disconnect has to.

#![no_main]
#![deny(unsafe_code)]

use libfuzzer_sys::fuzz_target;
use nvme_fc_proto::ls::{
    error::LsError,
    receive::{
        at_host,
        at_target,
        command,
        HostRequest,
        Limits,
        TargetRequest, //
    },
    response, //
};
use zerocopy::IntoBytes;

/// Limits that no Disconnect depends on.
const LIMITS: Limits = Limits {
    admin_queue_size: 31,
    io_queue_size: 127,
    queue_id: 128,
};

fuzz_target!(|payload: &[u8]| {
    match at_host(payload) {
        Ok(HostRequest::DisconnectAssociation(association)) => {
            // What the layout says, in numbers.
            assert!(payload.len() >= 48);
            assert_eq!(payload[0], 5);
            assert_eq!(payload[4..16], *b"\0\0\0\x28\0\0\0\x07\0\0\0\x08");
            assert_ne!(payload[16..24], [0; 8]);
            assert_eq!(payload[24..32], *b"\0\0\0\x05\0\0\0\x10");
            assert_eq!(
                at_target(payload, &LIMITS),
                Ok(TargetRequest::DisconnectAssociation(association))
            );
        }
        Err(error) => {
            let bytes = response::reject(command(payload), error.reject());
            assert_eq!(bytes.as_bytes().len(), 40);
            assert_ne!(bytes.as_bytes()[33], 0, "a reject without a reason");
            // Both ends refuse for the same reason what neither is asked.
            let at_target = at_target(payload, &LIMITS);
            match error {
                LsError::NotForHost => assert!(matches!(payload[0], 3 | 4)),
                _ => assert_eq!(at_target, Err(error)),
            }
        }
    }
});
