// SPDX-License-Identifier: GPL-2.0

//! Why a received link service request is refused, and with which reject.

#![deny(unsafe_code)]

use super::reject::{Reject, RejectExplanation as Why, RejectReason as Reason};

/// What is wrong with a received link service request. The variants that the
/// C modules know keep the texts that those print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LsError {
    /// Payload without a whole opening.
    Length,
    /// Create Association: payload too short.
    CreateAssociationLength,
    /// Create Association: descriptor list length too small.
    CreateAssociationListLength,
    /// Create Association: wrong descriptor tag.
    CreateAssociationTag,
    /// Create Association: descriptor length too small.
    CreateAssociationDescriptorLength,
    /// ERSP ratio zero, or not below the queue size.
    ErspRatio,
    /// A controller identifier other than "dynamic" was asked for.
    ControllerId,
    /// Submission queue size zero, or above what the target offers.
    SubmissionQueueSize,
    /// Host identifier refused.
    HostId,
    /// Host NQN empty or not terminated.
    HostNqn,
    /// Subsystem NQN empty or not terminated.
    SubsystemNqn,
    /// The target port is bound to no NVMe port.
    NoPort,
    /// No memory, or no number left, for the association.
    AssociationAllocation,
    /// No memory for the queue.
    QueueAllocation,
    /// Create Connection: payload too short.
    CreateConnectionLength,
    /// Create Connection: wrong descriptor list length.
    CreateConnectionListLength,
    /// Create Connection: wrong descriptor tag.
    CreateConnectionTag,
    /// Create Connection: wrong descriptor length.
    CreateConnectionDescriptorLength,
    /// Queue identifier zero or out of range.
    QueueId,
    /// Queue identifier already in use in this association.
    QueueIdInUse,
    /// Wrong tag where the association identifier belongs.
    AssociationIdTag,
    /// Wrong length of the association identifier descriptor.
    AssociationIdLength,
    /// Association unknown, terminating, or another host's.
    NoAssociation,
    /// Create Connection: the association has no controller yet.
    NotConnected,
    /// Wrong tag where the connection identifier belongs.
    ConnectionIdTag,
    /// Wrong length of the connection identifier descriptor.
    ConnectionIdLength,
    /// Connection unknown.
    NoConnection,
    /// Disconnect: payload too short.
    DisconnectLength,
    /// Disconnect: wrong descriptor list length.
    DisconnectListLength,
    /// Disconnect: wrong descriptor tag.
    DisconnectTag,
    /// Disconnect: wrong descriptor length.
    DisconnectDescriptorLength,
    /// Disconnect: old format, with a scope other than the association.
    DisconnectScope,
    /// The older of two Disconnects for one association.
    DisconnectSuperseded,
    /// The port is going away.
    PortGoing,
    /// No context left to process the request in.
    NoContext,
    /// A request that only a target takes came to a host.
    NotForHost,
    /// A request of the standard that this implementation does not serve.
    Unsupported,
    /// No request of the standard.
    UnknownCommand,
}

impl LsError {
    /// All there are, in the order of their numbers.
    pub const ALL: [Self; 38] = [
        Self::Length,
        Self::CreateAssociationLength,
        Self::CreateAssociationListLength,
        Self::CreateAssociationTag,
        Self::CreateAssociationDescriptorLength,
        Self::ErspRatio,
        Self::ControllerId,
        Self::SubmissionQueueSize,
        Self::HostId,
        Self::HostNqn,
        Self::SubsystemNqn,
        Self::NoPort,
        Self::AssociationAllocation,
        Self::QueueAllocation,
        Self::CreateConnectionLength,
        Self::CreateConnectionListLength,
        Self::CreateConnectionTag,
        Self::CreateConnectionDescriptorLength,
        Self::QueueId,
        Self::QueueIdInUse,
        Self::AssociationIdTag,
        Self::AssociationIdLength,
        Self::NoAssociation,
        Self::NotConnected,
        Self::ConnectionIdTag,
        Self::ConnectionIdLength,
        Self::NoConnection,
        Self::DisconnectLength,
        Self::DisconnectListLength,
        Self::DisconnectTag,
        Self::DisconnectDescriptorLength,
        Self::DisconnectScope,
        Self::DisconnectSuperseded,
        Self::PortGoing,
        Self::NoContext,
        Self::NotForHost,
        Self::Unsupported,
        Self::UnknownCommand,
    ];

    /// Text for the log.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Length => "Bad LS Length",
            Self::CreateAssociationLength => "Bad CR_ASSOC Length",
            Self::CreateAssociationListLength => "Bad CR_ASSOC Rqst Length",
            Self::CreateAssociationTag => "Not CR_ASSOC Cmd",
            Self::CreateAssociationDescriptorLength => "Bad CR_ASSOC Cmd Length",
            Self::ErspRatio => "Bad Ersp Ratio",
            Self::ControllerId => "Bad Controller ID",
            Self::SubmissionQueueSize => "Bad SQ Size",
            Self::HostId => "Bad Host ID",
            Self::HostNqn => "Bad Host NQN",
            Self::SubsystemNqn => "Bad Subsystem NQN",
            Self::NoPort => "No NVMe Port Bound",
            Self::AssociationAllocation => "Association Allocation Failed",
            Self::QueueAllocation => "Queue Allocation Failed",
            Self::CreateConnectionLength => "Bad CR_CONN Length",
            Self::CreateConnectionListLength => "Bad CR_CONN Rqst Length",
            Self::CreateConnectionTag => "Not CR_CONN Cmd",
            Self::CreateConnectionDescriptorLength => "Bad CR_CONN Cmd Length",
            Self::QueueId => "Bad Queue ID",
            Self::QueueIdInUse => "Queue ID In Use",
            Self::AssociationIdTag => "Not Association ID",
            Self::AssociationIdLength => "Bad Association ID Length",
            Self::NoAssociation => "No Association",
            Self::NotConnected => "No Controller Connected",
            Self::ConnectionIdTag => "Not Connection ID",
            Self::ConnectionIdLength => "Bad Connection ID Length",
            Self::NoConnection => "Invalid Connection ID",
            Self::DisconnectLength => "Bad DISCONN Length",
            Self::DisconnectListLength => "Bad DISCONN Rqst Length",
            Self::DisconnectTag => "Not DISCONN Cmd",
            Self::DisconnectDescriptorLength => "Bad DISCONN Cmd Length",
            Self::DisconnectScope => "Bad Disconnect Scope",
            Self::DisconnectSuperseded => "Multiple Disconnect Association LS's received",
            Self::PortGoing => "Port Going Away",
            Self::NoContext => "No LS Context",
            Self::NotForHost => "Not For a Host",
            Self::Unsupported => "LS Not Supported",
            Self::UnknownCommand => "Unknown LS",
        }
    }

    /// The reject that answers this error.
    pub const fn reject(self) -> Reject {
        match self {
            Self::Length
            | Self::CreateAssociationLength
            | Self::CreateAssociationListLength
            | Self::CreateAssociationDescriptorLength
            | Self::CreateConnectionLength
            | Self::CreateConnectionListLength
            | Self::CreateConnectionDescriptorLength
            | Self::AssociationIdLength
            | Self::ConnectionIdLength
            | Self::DisconnectLength
            | Self::DisconnectListLength
            | Self::DisconnectDescriptorLength => invalid(Why::PayloadLength),
            Self::CreateAssociationTag
            | Self::CreateConnectionTag
            | Self::AssociationIdTag
            | Self::ConnectionIdTag
            | Self::DisconnectTag => invalid(Why::None),
            Self::ErspRatio => invalid(Why::ErspRatio),
            Self::ControllerId => invalid(Why::ControllerId),
            Self::QueueId | Self::QueueIdInUse => invalid(Why::QueueId),
            Self::SubmissionQueueSize => invalid(Why::SubmissionQueueSize),
            Self::HostId => invalid(Why::HostId),
            Self::HostNqn => invalid(Why::HostNqn),
            Self::SubsystemNqn => invalid(Why::SubsystemNqn),
            Self::NoAssociation => Reject::plain(Reason::InvalidAssociation),
            Self::NoConnection => Reject::plain(Reason::InvalidConnection),
            Self::NoPort
            | Self::AssociationAllocation
            | Self::QueueAllocation
            | Self::NoContext => Reject::plain(Reason::InsufficientResources),
            Self::DisconnectSuperseded | Self::PortGoing => Reject::plain(Reason::Unable),
            Self::DisconnectScope | Self::NotForHost | Self::NotConnected => {
                Reject::plain(Reason::Logical)
            }
            Self::Unsupported => Reject::plain(Reason::Unsupported),
            Self::UnknownCommand => Reject::plain(Reason::InvalidCommand),
        }
    }
}

/// A reject for invalid parameters.
const fn invalid(explanation: Why) -> Reject {
    Reject::new(Reason::InvalidParameters, explanation)
}
