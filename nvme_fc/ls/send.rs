// SPDX-License-Identifier: GPL-2.0

//! The link services that a host sends.

#![deny(unsafe_code)]

use core::mem::size_of;

use kernel::prelude::*;
use zerocopy::FromBytes;

use crate::{
    ctrl::Ctrl,
    log::{
        ctrl_log,
        port_log, //
    },
    ls::exchange::{
        LsAnswer,
        LsBuffer,
        LsExchange, //
    },
    nvme::ctrl::Failed,
    port::{
        port_use,
        registry_lock,
        rport::RemotePort, //
    },
    shared::{
        proto::{
            ids::AssociationId,
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

/// The request in a buffer, as `T`.
fn request<T>(buffer: &mut LsBuffer) -> Result<&mut T>
where
    T: FromBytes + zerocopy::IntoBytes + zerocopy::KnownLayout,
{
    match T::mut_from_prefix(&mut buffer.request) {
        Ok((request, _)) => Ok(request),
        Err(_) => Err(EINVAL),
    }
}

/// Logs an answer that is no accept, or no good one; gives its errno.
fn refused(remote: &RemotePort, queue: u16, service: &str, error: AcceptError) -> Error {
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
            ENXIO
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
            EBADF
        }
    }
}

/// Creates an association and its admin connection. Context: may sleep.
///
/// # Errors
///
/// Those of [`LsExchange::ask`]; `ENXIO` if the target rejects it, `EBADF` if
/// its answer makes no sense. Each is logged.
pub(crate) fn create_association(ctrl: &Ctrl) -> Result<(), Failed> {
    let made = try_create_association(ctrl);
    if let Err(error) = made {
        port_log!(
            err,
            ctrl.remote(),
            "queue 0 connect admin queue failed ({}).\n",
            error.to_errno()
        );
    }
    Ok(made?)
}

/// As [`create_association`], logging only what is wrong with the answer.
fn try_create_association(ctrl: &Ctrl) -> Result {
    let options = ctrl.nvme().options();
    let answer = LsExchange::ask(
        ctrl.remote(),
        size_of::<wire::CreateAssociationRequest>(),
        size_of::<wire::CreateAssociationAccept>(),
        || ctrl.has_failed(),
        |buffer| {
            request::create_association(
                request(buffer)?,
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
    let admin = ctrl.queue(0).ok_or(EINVAL)?;
    match accept::create_association(answer.bytes()) {
        Ok((association, connection)) => {
            ctrl.set_association(&mut registry_lock::lock(), Some(association));
            admin.set_connection(connection);
            Ok(())
        }
        Err(error) => {
            // The target may have made it all the same, and is to be told.
            let association = accept::association_in_bad_accept(answer.bytes());
            ctrl.set_association(&mut registry_lock::lock(), association);
            Err(refused(ctrl.remote(), 0, "Create Association", error))
        }
    }
}

/// Creates the connection of an I/O queue of `entries`. Context: may sleep.
///
/// # Errors
///
/// As for [`create_association`].
pub(crate) fn create_connection(ctrl: &Ctrl, index: u16, entries: u16) -> Result<(), Failed> {
    let made = try_create_connection(ctrl, index, entries);
    if let Err(error) = made {
        port_log!(
            err,
            ctrl.remote(),
            "queue {} connect I/O queue failed ({}).\n",
            index,
            error.to_errno()
        );
    }
    Ok(made?)
}

/// As [`create_connection`], logging only what is wrong with the answer.
fn try_create_connection(ctrl: &Ctrl, index: u16, entries: u16) -> Result {
    let association = ctrl.association().ok_or(ENOTCONN)?;
    let answer = LsExchange::ask(
        ctrl.remote(),
        size_of::<wire::CreateConnectionRequest>(),
        size_of::<wire::CreateConnectionAccept>(),
        || ctrl.has_failed(),
        |buffer| {
            request::create_connection(
                request(buffer)?,
                association,
                index,
                queues::zero_based(entries),
                queues::ersp_ratio(entries),
            );
            Ok(())
        },
    )?;
    let queue = ctrl.queue(index).ok_or(EINVAL)?;
    let connection = accept::create_connection(answer.bytes())
        .map_err(|error| refused(ctrl.remote(), index, "Create I/O Connection", error))?;
    queue.set_connection(connection);
    Ok(())
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
        Err(error) => ratelimited!({
            refused(remote, 0, "Disconnect Association", error);
        }),
    }
}

/// Tells the target that an association is over, and does not wait for its
/// answer. Context: may sleep.
pub(crate) fn disconnect_association(ctrl: &Ctrl, association: AssociationId) {
    // The association may be one of before the port went and came back.
    port_use::settle(ctrl.remote());
    let sent = LsExchange::tell(
        ctrl.remote(),
        size_of::<wire::DisconnectAssociationRequest>(),
        DISCONNECT_ANSWER,
        disconnected,
        |buffer| {
            request::disconnect_association(request(buffer)?, association);
            Ok(())
        },
    );
    match sent {
        // A port that is gone has nobody to be told.
        Ok(()) | Err(ECONNREFUSED) => {}
        Err(error) => ctrl_log!(
            info,
            ctrl,
            "send Disconnect Association failed: {}\n",
            error.to_errno()
        ),
    }
}
