// SPDX-License-Identifier: GPL-2.0

//! How a finished exchange is judged, and what the log says of a bad one.

#![deny(unsafe_code)]

use crate::{
    io::{
        connection::QueueOwner,
        holder::Finished, //
    },
    log::ctrl_log,
    shared::{
        proto::command::response::{
            self,
            Failure,
            Outcome, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// Judges an exchange that came back. Context: any.
#[inline(always)]
pub(crate) fn judge<O: QueueOwner>(finished: &Finished<'_, O>) -> Outcome {
    finished.trace();
    response::judge(&finished.report(), finished.response())
}

/// Logs a failure of the transport. Context: any.
pub(crate) fn log(ctrl: &impl QueueOwner, failure: Failure) {
    match failure {
        Failure::Aborted => {}
        Failure::Lldd(status) => ratelimited!(ctrl_log!(
            info,
            ctrl,
            "io failed due to lldd error {}\n",
            status
        )),
        Failure::TransferLength {
            transferred,
            expected,
        } => ratelimited!(ctrl_log!(
            info,
            ctrl,
            "io failed due to bad transfer length: {} vs expected {}\n",
            transferred,
            expected
        )),
        Failure::ExtendedResponse(bad) => ratelimited!(ctrl_log!(
            info,
            ctrl,
            "io failed due to bad NVMe_ERSP: iu len {}, xfr len {} vs {}, status code {}, cmdid {} vs {}\n",
            bad.iu_words,
            bad.stated,
            bad.transferred,
            bad.result,
            u16::from_ne_bytes(bad.sent_id),
            u16::from_ne_bytes(bad.received_id)
        )),
        Failure::ResponseLength(length) => ratelimited!(ctrl_log!(
            info,
            ctrl,
            "io failed due to odd NVMe_xRSP iu len {}\n",
            length
        )),
    }
}
