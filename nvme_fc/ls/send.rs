// SPDX-License-Identifier: GPL-2.0

//! The link services that a host sends.

#![deny(unsafe_code)]

use core::mem::size_of;

use kernel::{
    prelude::*,
    sync::Arc, //
};
use zerocopy::FromBytes;

use crate::{
    counts,
    log::port_log,
    ls::exchange::{
        self,
        LsAnswer,
        LsFailed,
        Service, //
    },
    nvme::options::Options,
    port::{
        port_use,
        rport::RemotePort, //
    },
    shared::{
        proto::{
            cause::Why,
            ids::{
                AssociationId,
                ConnectionId, //
            },
            ls::{
                accept::{
                    self,
                    AcceptError, //
                },
                reject::RejectReason,
                request, //
            },
            queues,
            wire, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// The request in its memory, as `T`.
fn request<T>(bytes: &mut [u8]) -> Result<&mut T>
where
    T: FromBytes + zerocopy::IntoBytes + zerocopy::KnownLayout,
{
    T::mut_from_bytes(bytes).map_err(|_| EINVAL)
}

/// Counts an answer that is a reject.
fn count(error: AcceptError) {
    if let AcceptError::Rejected(reject) = error {
        counts::REJECTS_RECEIVED.add(reject.reason);
    }
}

/// Logs an answer that is no accept, or no good one; says what the caller gets for it.
fn refused(remote: &RemotePort, queue: u16, service: &str, error: AcceptError) -> LsFailed {
    match error {
        AcceptError::Rejected(reject) => {
            port_log!(
                err,
                remote,
                "q {} {} LS rejected: {} ({:#04x}), {} ({:#04x})\n",
                queue,
                service,
                reject.reason_text(),
                reject.reason,
                reject.explanation_text(),
                reject.explanation
            );
            LsFailed {
                error: ENXIO,
                why: Why::Rejected {
                    reason: reject.reason,
                    explanation: reject.explanation,
                },
            }
        }
        other => {
            port_log!(
                err,
                remote,
                "q {} {} LS failed: {}\n",
                queue,
                service,
                other.text()
            );
            LsFailed {
                error: EBADF,
                why: Why::BadAnswer,
            }
        }
    }
}

/// Creates an association and its admin connection, whose identifier comes back.
/// `useless` says whether the answer is of no use any more. `made` is told the
/// association's identifier, which the target's answer may have even if it makes
/// no sense otherwise: the target may have made the association all the same, and
/// is to be told of its end. Context: may sleep.
///
/// # Errors
///
/// Those of [`exchange::send_and_wait`]; `ENXIO` if the target rejects it, `EBADF` if
/// its answer makes no sense. Each is logged.
pub(crate) fn create_association(
    remote: &Arc<RemotePort>,
    options: &Options,
    useless: impl Fn() -> bool,
    made: impl FnOnce(Option<AssociationId>),
) -> Result<ConnectionId, LsFailed> {
    try_create_association(remote, options, useless, made).inspect_err(|failed| {
        port_log!(
            err,
            remote,
            "queue 0 connect admin queue failed ({}).\n",
            failed.error.to_errno()
        );
    })
}

/// As [`create_association`], logging only what is wrong with the answer.
fn try_create_association(
    remote: &Arc<RemotePort>,
    options: &Options,
    useless: impl Fn() -> bool,
    made: impl FnOnce(Option<AssociationId>),
) -> Result<ConnectionId, LsFailed> {
    let answer = exchange::send_and_wait(
        remote,
        Service {
            command: wire::ls::CREATE_ASSOCIATION,
            request: size_of::<wire::CreateAssociationRequest>(),
            response: size_of::<wire::CreateAssociationAccept>(),
        },
        useless,
        |bytes| {
            request::create_association(
                request(bytes)?,
                &request::CreateAssociation {
                    ersp_ratio: queues::ADMIN_ERSP_RATIO,
                    submission_queue_size: queues::zero_based(queues::ADMIN_QUEUE_ENTRIES),
                    host_id: options.host_id(),
                    host_nqn: options.host_nqn().to_bytes(),
                    subsystem_nqn: options.subsystem_nqn().to_bytes(),
                },
            )
            .map_err(|_| EINVAL)
        },
    )?;
    match accept::create_association(answer.bytes()) {
        Ok((association, connection)) => {
            made(Some(association));
            Ok(connection)
        }
        Err(error) => {
            made(accept::association_in_bad_accept(answer.bytes()));
            count(error);
            Err(refused(remote, 0, "Create Association", error))
        }
    }
}

/// Creates the connection of I/O queue `index` with `entries`; its identifier
/// comes back. `useless` is as for [`create_association`]. Context: may sleep.
///
/// # Errors
///
/// As for [`create_association`].
pub(crate) fn create_connection(
    remote: &Arc<RemotePort>,
    association: AssociationId,
    index: u16,
    entries: u16,
    useless: impl Fn() -> bool,
) -> Result<ConnectionId, LsFailed> {
    try_create_connection(remote, association, index, entries, useless).inspect_err(|failed| {
        port_log!(
            err,
            remote,
            "queue {} connect I/O queue failed ({}).\n",
            index,
            failed.error.to_errno()
        );
    })
}

/// As [`create_connection`], logging only what is wrong with the answer.
fn try_create_connection(
    remote: &Arc<RemotePort>,
    association: AssociationId,
    index: u16,
    entries: u16,
    useless: impl Fn() -> bool,
) -> Result<ConnectionId, LsFailed> {
    let answer = exchange::send_and_wait(
        remote,
        Service {
            command: wire::ls::CREATE_CONNECTION,
            request: size_of::<wire::CreateConnectionRequest>(),
            response: size_of::<wire::CreateConnectionAccept>(),
        },
        useless,
        |bytes| {
            request::create_connection(
                request(bytes)?,
                association,
                index,
                queues::zero_based(entries),
                queues::ersp_ratio(entries),
            );
            Ok(())
        },
    )?;
    accept::create_connection(answer.bytes())
        .inspect_err(|error| count(*error))
        .map_err(|error| refused(remote, index, "Create I/O Connection", error))
}

/// Bytes for the answer to a Disconnect Association: also a reject, which is
/// longer than the accept.
const DISCONNECT_ANSWER: usize = {
    let accept = size_of::<wire::DisconnectAssociationAccept>();
    let reject = size_of::<wire::RejectPayload>();
    if accept < reject {
        reject
    } else {
        accept
    }
};

/// Logs how a target refused to hear that an association is over. That it knows
/// of none is what was wanted.
fn disconnected(remote: &RemotePort, answer: &LsAnswer) {
    match accept::disconnect_association(answer.bytes()) {
        Ok(()) => {}
        Err(AcceptError::Rejected(reject))
            if reject.reason == RejectReason::InvalidAssociation as u8 => {}
        Err(error) => {
            count(error);
            ratelimited!({
                refused(remote, 0, "Disconnect Association", error);
            });
        }
    }
}

/// Tells the target that an association is over, and does not wait for its
/// answer. A port that is gone has nobody to be told. Context: may sleep.
///
/// # Errors
///
/// `ENOMEM`, `EFAULT`; the LLDD's.
pub(crate) fn disconnect_association(
    remote: &Arc<RemotePort>,
    association: AssociationId,
) -> Result {
    // The association may be one of before the port went and came back.
    port_use::settle(remote);
    let sent = exchange::send_unattended(
        remote,
        Service {
            command: wire::ls::DISCONNECT_ASSOCIATION,
            request: size_of::<wire::DisconnectAssociationRequest>(),
            response: DISCONNECT_ANSWER,
        },
        disconnected,
        |bytes| {
            request::disconnect_association(request(bytes)?, association);
            Ok(())
        },
    );
    match sent {
        Err(ECONNREFUSED) => Ok(()),
        sent => sent,
    }
}
