// SPDX-License-Identifier: GPL-2.0

//! What a host answers to link service requests.

#![deny(unsafe_code)]

use kernel::sync::Arc;

use crate::{
    counts,
    ctrl::{
        failure,
        list::CTRLS, //
    },
    log::{
        ctrl_log,
        port_log, //
    },
    ls::receive::Inbound,
    port::registry_lock,
    shared::{
        proto::{
            cause::{
                Cause,
                Step,
                Why, //
            },
            ids::AssociationId,
            ls::{
                error::LsError,
                receive::{
                    self,
                    HostRequest, //
                },
                response::{
                    self,
                    LsResponse, //
                }, //
            },
            wire::ls, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// Judges a request: rejects it at once, or answers once the association is
/// gone. Context: may sleep.
pub(crate) fn handle(inbound: Arc<Inbound>) {
    let decided = if inbound.remote().abi().is_online() {
        receive::at_host(inbound.payload())
    } else {
        Err(LsError::PortGoing)
    };
    match decided {
        Ok(HostRequest::DisconnectAssociation(association)) => disconnect(inbound, association),
        Err(error) => reject(inbound, error),
    }
}

/// Rejects a request.
fn reject(inbound: Arc<Inbound>, error: LsError) {
    let command = receive::command(inbound.payload());
    let reject = error.reject();
    counts::REJECTS_SENT.add(reject.reason as u8);
    ratelimited!(port_log!(
        info,
        inbound.remote(),
        "{} LS failed: {}: rejected, {}, {}\n",
        match command {
            ls::DISCONNECT_ASSOCIATION => "Disconnect",
            other => receive::command_name(other),
        },
        error.text(),
        reject.reason_text(),
        reject.explanation_text()
    ));
    inbound.respond(&LsResponse::Reject(response::reject(command, reject)));
}

/// Begins to end an association that its target disconnected.
fn disconnect(inbound: Arc<Inbound>, association: AssociationId) {
    let remote = inbound.remote().clone();
    let older = {
        // With the registry locked the association cannot end before it has the
        // request to answer, and a controller on the list is not freed.
        let mut registry = registry_lock::lock();
        let found = CTRLS
            .of(&mut registry, &remote)
            .find(|ctrl| ctrl.association() == Some(association));
        let Some(ctrl) = found else {
            drop(registry);
            return reject(inbound, LsError::NoAssociation);
        };
        let older = ctrl.disconnect().lock().replace(inbound);
        if older.is_some() {
            ratelimited!(ctrl_log!(
                info,
                ctrl,
                "Multiple Disconnect Association LS's received\n"
            ));
        }
        let cause = Cause::new(Step::Association, Why::Disconnected);
        failure::transport_error(ctrl.as_arc_borrow(), cause, None);
        older
    };
    if let Some(older) = older {
        reject(older, LsError::DisconnectSuperseded);
    }
}
