// SPDX-License-Identifier: GPL-2.0

//! Checks the link service requests that we receive.
//!
//! Target and host each have one function that takes the bytes as they came
//! and gives the request, or the error that names the reject to answer with
//! ([`LsError::reject`]). What needs state (is the association known, is the
//! queue in use, is there memory) is left to the caller, who answers with the
//! [`LsError`] for it.

#![deny(unsafe_code)]

use super::error::LsError;
use super::request::DYNAMIC_CONTROLLER;
use crate::proto::ids::AssociationId;
use crate::proto::wire::{
    self,
    ls,
    stated_length,
    tag, //
};
use zerocopy::FromBytes;

/// Largest values that a target has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Admin submission queue size, 0's based, as in Create Association.
    pub admin_queue_size: u16,
    /// I/O submission queue size, 0's based, as in Create I/O Connection.
    pub io_queue_size: u16,
    /// Highest queue identifier.
    pub queue_id: u16,
}

/// Size and response ratio of a queue, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueParameters {
    /// Commands that get memory: the stated size, or the limit if that is less.
    /// At least 1, and at least 2 unless the limit is below that.
    pub submission_queue_size: u16,
    /// Submission queue size as the host stated it, 0's based. The host's
    /// Connect may state as much; what nvmet does not offer, it refuses then.
    pub stated_size: u16,
    /// An extended response is due at least every so many responses.
    pub ersp_ratio: u16,
}

/// A checked Create Association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateAssociation<'a> {
    /// The admin queue.
    pub queue: QueueParameters,
    /// Host identifier, unchecked.
    pub host_id: &'a [u8; 16],
    /// Host NQN without its terminator, 1 to 255 bytes.
    pub host_nqn: &'a [u8],
    /// Subsystem NQN without its terminator, 1 to 255 bytes.
    pub subsystem_nqn: &'a [u8],
}

/// A checked Create I/O Connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateConnection {
    /// The association that is to have the queue.
    pub association: AssociationId,
    /// Queue identifier, from 1 to the limit.
    pub queue_id: u16,
    /// The queue.
    pub queue: QueueParameters,
}

/// What a target is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetRequest<'a> {
    /// Make an association and its admin queue.
    CreateAssociation(CreateAssociation<'a>),
    /// Make an I/O queue.
    CreateConnection(CreateConnection),
    /// End an association.
    DisconnectAssociation(AssociationId),
}

/// What a host is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostRequest {
    /// End an association.
    DisconnectAssociation(AssociationId),
}

/// The command byte, for the log and for the echo in the answer; 0 if there
/// is none.
pub fn command(payload: &[u8]) -> u8 {
    payload.first().copied().unwrap_or(0)
}

/// Name of a command for the log, as the C modules print it.
pub const fn command_name(command: u8) -> &'static str {
    match command {
        0 => "Reserved (0)",
        ls::REJECT => "RJT (1)",
        ls::ACCEPT => "ACC (2)",
        ls::CREATE_ASSOCIATION => "Create Association",
        ls::CREATE_CONNECTION => "Create Connection",
        ls::DISCONNECT_ASSOCIATION => "Disconnect Association",
        ls::DISCONNECT_CONNECTION => "Disconnect Connection",
        _ => "Unknown",
    }
}

/// Checks a request that came to a target.
///
/// # Errors
///
/// The first check that fails.
pub fn at_target<'a>(payload: &'a [u8], limits: &Limits) -> Result<TargetRequest<'a>, LsError> {
    match command_of_whole(payload)? {
        ls::CREATE_ASSOCIATION => {
            create_association(payload, limits).map(TargetRequest::CreateAssociation)
        }
        ls::CREATE_CONNECTION => {
            create_connection(payload, limits).map(TargetRequest::CreateConnection)
        }
        ls::DISCONNECT_ASSOCIATION => {
            disconnect_association(payload).map(TargetRequest::DisconnectAssociation)
        }
        ls::DISCONNECT_CONNECTION => Err(LsError::Unsupported),
        _ => Err(LsError::UnknownCommand),
    }
}

/// Checks a request that came to a host.
///
/// # Errors
///
/// The first check that fails.
pub fn at_host(payload: &[u8]) -> Result<HostRequest, LsError> {
    match command_of_whole(payload)? {
        ls::DISCONNECT_ASSOCIATION => {
            disconnect_association(payload).map(HostRequest::DisconnectAssociation)
        }
        ls::CREATE_ASSOCIATION | ls::CREATE_CONNECTION => Err(LsError::NotForHost),
        ls::DISCONNECT_CONNECTION => Err(LsError::Unsupported),
        _ => Err(LsError::UnknownCommand),
    }
}

/// The command byte of a payload that has at least its command word.
fn command_of_whole(payload: &[u8]) -> Result<u8, LsError> {
    match wire::LsWord0::ref_from_prefix(payload) {
        Ok((word0, _)) => Ok(word0.command),
        Err(_) => Err(LsError::Length),
    }
}

/// Checks Create Association. Hosts disagree about the padding, so lengths
/// need only reach to where it begins.
fn create_association<'a>(
    payload: &'a [u8],
    limits: &Limits,
) -> Result<CreateAssociation<'a>, LsError> {
    let Ok((request, _)) = wire::CreateAssociationMinimum::ref_from_prefix(payload) else {
        return Err(LsError::CreateAssociationLength);
    };
    let fields = &request.association;

    if request.header.list_length.get() < core::mem::size_of_val(fields) as u32 {
        return Err(LsError::CreateAssociationListLength);
    }
    if fields.header.tag.get() != tag::CREATE_ASSOCIATION {
        return Err(LsError::CreateAssociationTag);
    }
    if fields.header.length.get() < stated_length::<wire::CreateAssociationFields>() {
        return Err(LsError::CreateAssociationDescriptorLength);
    }
    let queue = queue_parameters(
        fields.submission_queue_size.get(),
        limits.admin_queue_size,
        fields.ersp_ratio.get(),
    )?;
    if fields.controller_id.get() != DYNAMIC_CONTROLLER {
        return Err(LsError::ControllerId);
    }
    Ok(CreateAssociation {
        queue,
        host_id: &fields.host_id,
        host_nqn: nqn(&fields.host_nqn).ok_or(LsError::HostNqn)?,
        subsystem_nqn: nqn(&fields.subsystem_nqn).ok_or(LsError::SubsystemNqn)?,
    })
}

/// Checks Create I/O Connection.
fn create_connection(payload: &[u8], limits: &Limits) -> Result<CreateConnection, LsError> {
    let Ok((request, _)) = wire::CreateConnectionRequest::ref_from_prefix(payload) else {
        return Err(LsError::CreateConnectionLength);
    };
    let fields = &request.connection;

    if request.header.list_length.get() != stated_length::<wire::CreateConnectionRequest>() {
        return Err(LsError::CreateConnectionListLength);
    }
    association_descriptor(&request.association)?;
    if fields.header.tag.get() != tag::CREATE_CONNECTION {
        return Err(LsError::CreateConnectionTag);
    }
    if fields.header.length.get() != stated_length::<wire::CreateConnectionDescriptor>() {
        return Err(LsError::CreateConnectionDescriptorLength);
    }
    let queue_id = fields.queue_id.get();
    if queue_id == 0 || queue_id > limits.queue_id {
        return Err(LsError::QueueId);
    }
    let queue = queue_parameters(
        fields.submission_queue_size.get(),
        limits.io_queue_size,
        fields.ersp_ratio.get(),
    )?;
    Ok(CreateConnection {
        association: association(&request.association)?,
        queue_id,
        queue,
    })
}

/// Checks Disconnect Association.
fn disconnect_association(payload: &[u8]) -> Result<AssociationId, LsError> {
    let Ok((request, _)) = wire::DisconnectAssociationRequest::ref_from_prefix(payload) else {
        return Err(LsError::DisconnectLength);
    };
    let fields = &request.disconnect;

    if request.header.list_length.get() != stated_length::<wire::DisconnectAssociationRequest>() {
        return Err(LsError::DisconnectListLength);
    }
    association_descriptor(&request.association)?;
    if fields.header.tag.get() != tag::DISCONNECT {
        return Err(LsError::DisconnectTag);
    }
    if fields.header.length.get() != stated_length::<wire::DisconnectDescriptor>() {
        return Err(LsError::DisconnectDescriptorLength);
    }
    // FC-NVMe-1 kept a scope here, and zero meant the association.
    let [scope, ..] = fields.reserved8;
    if scope.get() != 0 {
        return Err(LsError::DisconnectScope);
    }
    association(&request.association)
}

/// Checks the form of an association identifier's descriptor.
fn association_descriptor(from: &wire::AssociationIdDescriptor) -> Result<(), LsError> {
    if from.header.tag.get() != tag::ASSOCIATION_ID {
        Err(LsError::AssociationIdTag)
    } else if from.header.length.get() != stated_length::<wire::AssociationIdDescriptor>() {
        Err(LsError::AssociationIdLength)
    } else {
        Ok(())
    }
}

/// The identifier itself. Zero names no association, and above all not one
/// that has no identifier yet.
fn association(from: &wire::AssociationIdDescriptor) -> Result<AssociationId, LsError> {
    AssociationId::from_wire(from.association_id.get()).ok_or(LsError::NoAssociation)
}

/// Checks a queue's size and ratio. A host that asks for more than there is may
/// know better by the time it connects, so it is not refused here.
fn queue_parameters(size: u16, limit: u16, ersp_ratio: u16) -> Result<QueueParameters, LsError> {
    if size == 0 {
        Err(LsError::SubmissionQueueSize)
    } else if ersp_ratio == 0 || ersp_ratio >= size {
        Err(LsError::ErspRatio)
    } else {
        Ok(QueueParameters {
            submission_queue_size: size.min(limit.max(1)),
            stated_size: size,
            ersp_ratio,
        })
    }
}

/// The NQN in a field: not empty, and terminated within the field.
fn nqn(field: &[u8; wire::NQN_FIELD]) -> Option<&[u8]> {
    let length = field.iter().position(|byte| *byte == 0)?;

    if length == 0 {
        return None;
    }
    field.get(..length)
}
