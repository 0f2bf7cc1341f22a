// SPDX-License-Identifier: GPL-2.0

//! Builds the link service requests that we send, in place.
//!
//! Each function writes every byte of its structure, so the caller's memory
//! need not be cleared first.

#![deny(unsafe_code)]

use crate::proto::ids::AssociationId;
use crate::proto::wire::{
    self,
    ls,
    stated_length,
    tag, //
};
use zerocopy::byteorder::big_endian as be;
use zerocopy::FromZeros;

/// Controller identifier that asks for a dynamic controller, the only kind
/// Linux has.
pub const DYNAMIC_CONTROLLER: u16 = 0xffff;

/// An NQN does not fit its field with a terminator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NqnTooLong;

/// Parameters of Create Association.
#[derive(Clone, Copy, Debug)]
pub struct CreateAssociation<'a> {
    /// An extended response at least every so many responses.
    pub ersp_ratio: u16,
    /// Admin submission queue size, 0's based.
    pub submission_queue_size: u16,
    /// Host identifier.
    pub host_id: &'a [u8; 16],
    /// Host NQN, without terminator.
    pub host_nqn: &'a [u8],
    /// Subsystem NQN, without terminator.
    pub subsystem_nqn: &'a [u8],
}

/// Writes a Create Association request.
///
/// # Errors
///
/// [`NqnTooLong`] if an NQN has more than 255 bytes; the request is then not
/// to be sent.
pub fn create_association(
    out: &mut wire::CreateAssociationRequest,
    with: &CreateAssociation<'_>,
) -> Result<(), NqnTooLong> {
    out.zero();
    out.header = header(
        ls::CREATE_ASSOCIATION,
        stated_length::<wire::CreateAssociationRequest>(),
    );
    let fields = &mut out.association.fields;
    fields.header = descriptor::<wire::CreateAssociationDescriptor>(tag::CREATE_ASSOCIATION);
    fields.ersp_ratio.set(with.ersp_ratio);
    fields.controller_id.set(DYNAMIC_CONTROLLER);
    fields.submission_queue_size.set(with.submission_queue_size);
    fields.host_id = *with.host_id;
    put_nqn(&mut fields.host_nqn, with.host_nqn)?;
    put_nqn(&mut fields.subsystem_nqn, with.subsystem_nqn)
}

/// Writes a Create I/O Connection request. `submission_queue_size` is 0's
/// based.
pub fn create_connection(
    out: &mut wire::CreateConnectionRequest,
    association: AssociationId,
    queue_id: u16,
    submission_queue_size: u16,
    ersp_ratio: u16,
) {
    out.zero();
    out.header = header(
        ls::CREATE_CONNECTION,
        stated_length::<wire::CreateConnectionRequest>(),
    );
    out.association = association_id(association);
    out.connection.header = descriptor::<wire::CreateConnectionDescriptor>(tag::CREATE_CONNECTION);
    out.connection.ersp_ratio.set(ersp_ratio);
    out.connection.queue_id.set(queue_id);
    out.connection
        .submission_queue_size
        .set(submission_queue_size);
}

/// Writes a Disconnect Association request.
pub fn disconnect_association(
    out: &mut wire::DisconnectAssociationRequest,
    association: AssociationId,
) {
    out.zero();
    out.header = header(
        ls::DISCONNECT_ASSOCIATION,
        stated_length::<wire::DisconnectAssociationRequest>(),
    );
    out.association = association_id(association);
    out.disconnect.header = descriptor::<wire::DisconnectDescriptor>(tag::DISCONNECT);
}

/// An opening with command and list length.
pub(super) fn header(command: u8, list_length: u32) -> wire::LsHeader {
    wire::LsHeader {
        word0: word0(command),
        list_length: be::U32::new(list_length),
    }
}

/// A command word.
pub(super) fn word0(command: u8) -> wire::LsWord0 {
    wire::LsWord0 {
        command,
        zeros: [0; 3],
    }
}

/// A descriptor's opening; `T` is the whole descriptor.
pub(super) fn descriptor<T>(tag: u32) -> wire::DescriptorHeader {
    wire::DescriptorHeader {
        tag: be::U32::new(tag),
        length: be::U32::new(stated_length::<T>()),
    }
}

/// An association identifier's descriptor.
pub(super) fn association_id(id: AssociationId) -> wire::AssociationIdDescriptor {
    wire::AssociationIdDescriptor {
        header: descriptor::<wire::AssociationIdDescriptor>(tag::ASSOCIATION_ID),
        association_id: be::U64::new(id.get()),
    }
}

/// Copies an NQN into its field, which is zero, and leaves a terminator.
fn put_nqn(field: &mut [u8; wire::NQN_FIELD], nqn: &[u8]) -> Result<(), NqnTooLong> {
    if nqn.len() >= field.len() {
        return Err(NqnTooLong);
    }
    for (to, from) in field.iter_mut().zip(nqn) {
        *to = *from;
    }
    Ok(())
}
