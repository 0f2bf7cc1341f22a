// SPDX-License-Identifier: GPL-2.0

//! Each error's reject, and the texts that scripts look for.

use super::{ensure_eq, CaseResult};
use crate::proto::ls::error::LsError::{
    self,
    *, //
};

/// Every error with its reason, explanation and text. The texts up to
/// "Bad Disconnect Scope" are those of `drivers/nvme/host/fc.h`.
const TABLE: &[(LsError, u8, u8, &str)] = &[
    (Length, 0x42, 0x2d, "Bad LS Length"),
    (CreateAssociationLength, 0x42, 0x2d, "Bad CR_ASSOC Length"),
    (
        CreateAssociationListLength,
        0x42,
        0x2d,
        "Bad CR_ASSOC Rqst Length",
    ),
    (CreateAssociationTag, 0x42, 0x00, "Not CR_ASSOC Cmd"),
    (
        CreateAssociationDescriptorLength,
        0x42,
        0x2d,
        "Bad CR_ASSOC Cmd Length",
    ),
    (ErspRatio, 0x42, 0x40, "Bad Ersp Ratio"),
    (
        AssociationAllocation,
        0x43,
        0x00,
        "Association Allocation Failed",
    ),
    (QueueAllocation, 0x43, 0x00, "Queue Allocation Failed"),
    (CreateConnectionLength, 0x42, 0x2d, "Bad CR_CONN Length"),
    (
        CreateConnectionListLength,
        0x42,
        0x2d,
        "Bad CR_CONN Rqst Length",
    ),
    (AssociationIdTag, 0x42, 0x00, "Not Association ID"),
    (AssociationIdLength, 0x42, 0x2d, "Bad Association ID Length"),
    (NoAssociation, 0x40, 0x00, "No Association"),
    (NotConnected, 0x03, 0x00, "No Controller Connected"),
    (ConnectionIdTag, 0x42, 0x00, "Not Connection ID"),
    (ConnectionIdLength, 0x42, 0x2d, "Bad Connection ID Length"),
    (NoConnection, 0x41, 0x00, "Invalid Connection ID"),
    (CreateConnectionTag, 0x42, 0x00, "Not CR_CONN Cmd"),
    (
        CreateConnectionDescriptorLength,
        0x42,
        0x2d,
        "Bad CR_CONN Cmd Length",
    ),
    (DisconnectLength, 0x42, 0x2d, "Bad DISCONN Length"),
    (DisconnectListLength, 0x42, 0x2d, "Bad DISCONN Rqst Length"),
    (DisconnectTag, 0x42, 0x00, "Not DISCONN Cmd"),
    (
        DisconnectDescriptorLength,
        0x42,
        0x2d,
        "Bad DISCONN Cmd Length",
    ),
    (DisconnectScope, 0x03, 0x00, "Bad Disconnect Scope"),
    (
        DisconnectSuperseded,
        0x09,
        0x00,
        "Multiple Disconnect Association LS's received",
    ),
    (ControllerId, 0x42, 0x41, "Bad Controller ID"),
    (SubmissionQueueSize, 0x42, 0x43, "Bad SQ Size"),
    (HostId, 0x42, 0x44, "Bad Host ID"),
    (HostNqn, 0x42, 0x45, "Bad Host NQN"),
    (SubsystemNqn, 0x42, 0x46, "Bad Subsystem NQN"),
    (QueueId, 0x42, 0x42, "Bad Queue ID"),
    (QueueIdInUse, 0x42, 0x42, "Queue ID In Use"),
    (NoPort, 0x43, 0x00, "No NVMe Port Bound"),
    (NoContext, 0x43, 0x00, "No LS Context"),
    (PortGoing, 0x09, 0x00, "Port Going Away"),
    (NotForHost, 0x03, 0x00, "Not For a Host"),
    (Unsupported, 0x0b, 0x00, "LS Not Supported"),
    (UnknownCommand, 0x01, 0x00, "Unknown LS"),
];

pub(crate) fn each_error_has_its_reject_and_text() -> CaseResult {
    for (error, reason, explanation, text) in TABLE {
        let reject = error.reject();

        ensure_eq!(reject.reason as u8, *reason, "{error:?}");
        ensure_eq!(reject.explanation as u8, *explanation, "{error:?}");
        ensure_eq!(error.text(), *text);
    }
    Ok(())
}

pub(crate) fn no_two_errors_read_alike() -> CaseResult {
    for (error, ..) in TABLE {
        let same = TABLE
            .iter()
            .filter(|(other, ..)| other.text() == error.text());

        ensure_eq!(same.count(), 1, "{}", error.text());
    }
    Ok(())
}
