// SPDX-License-Identifier: GPL-2.0

//! Requests on both sides: any bytes, and damaged good ones.

use crate::cases::{ls_receive_create::LIMITS, samples};
use nvme_fc_proto::ls::receive::*;
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #[test]
    fn anything_is_taken_or_refused(command in 0u8..8, bytes in vec(any::<u8>(), 0..1030)) {
        let mut payload = bytes;
        if let Some(first) = payload.first_mut() {
            *first = command;
        }

        if let Ok(request) = at_target(&payload, &LIMITS) {
            let right = match request {
                TargetRequest::CreateAssociation(_) => command == 3,
                TargetRequest::CreateConnection(_) => command == 4,
                TargetRequest::DisconnectAssociation(_) => command == 5,
            };
            prop_assert!(right);
        }
        if at_host(&payload).is_ok() {
            prop_assert_eq!(command, 5);
        }
    }

    /// A few changed bytes in a good request pass more checks than noise.
    #[test]
    fn damaged_requests(
        which in 0usize..3,
        changes in vec((0usize..1024, any::<u8>()), 0..4),
        length in 0usize..1100,
    ) {
        let mut payload = [
            samples::create_association(),
            samples::create_connection(),
            samples::disconnect_association(),
        ][which].to_vec();
        for (place, value) in changes {
            if let Some(byte) = payload.get_mut(place) {
                *byte = value;
            }
        }
        payload.truncate(length);

        if let Ok(TargetRequest::CreateConnection(request)) = at_target(&payload, &LIMITS) {
            prop_assert!((1..=128).contains(&request.queue_id));
            prop_assert!(request.queue.submission_queue_size <= 1023);
            prop_assert!(request.queue.ersp_ratio < request.queue.submission_queue_size);
            prop_assert!(request.queue.ersp_ratio > 0);
        }
        let _ = at_host(&payload);
    }
}
