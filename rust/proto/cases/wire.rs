// SPDX-License-Identifier: GPL-2.0

//! Structures over bytes: order, offsets, and nothing lost on the way.

use super::samples;
use super::{ensure, ensure_eq, CaseResult, OrFail};
use crate::proto::wire::*;
use zerocopy::FromBytes;

pub(crate) fn link_service_fields_are_big_endian() -> CaseResult {
    let bytes = samples::create_association();
    let request = CreateAssociationRequest::ref_from_bytes(&bytes)
        .ok()
        .or_fail()?;
    let fields = &request.association.fields;

    ensure_eq!(request.header.word0.command, ls::CREATE_ASSOCIATION);
    ensure_eq!(request.header.list_length.get(), 1016);
    ensure_eq!(fields.header.tag.get(), tag::CREATE_ASSOCIATION);
    ensure_eq!(fields.header.length.get(), 1008);
    ensure_eq!(fields.ersp_ratio.get(), 8);
    ensure_eq!(fields.controller_id.get(), 0xffff);
    ensure_eq!(fields.submission_queue_size.get(), 31);
    ensure_eq!(fields.host_id, samples::HOST_ID);
    ensure!(fields.host_nqn.starts_with(samples::HOST_NQN));
    ensure!(fields.subsystem_nqn.starts_with(samples::SUBSYSTEM_NQN));
    Ok(())
}

pub(crate) fn command_iu_mixes_both_orders() -> CaseResult {
    let bytes: [u8; 96] = core::array::from_fn(|at| at as u8);
    let iu = CommandIu::ref_from_bytes(&bytes).ok().or_fail()?;

    ensure_eq!(iu.iu_words.get(), 0x0203);
    ensure_eq!(iu.connection_id.get(), 0x0809_0a0b_0c0d_0e0f);
    ensure_eq!(iu.sequence_number.get(), 0x1011_1213);
    ensure_eq!(iu.data_length.get(), 0x1415_1617);
    ensure_eq!(iu.sqe.opcode, 24);
    ensure_eq!(iu.sqe.command_id, [26, 27]);
    ensure_eq!(iu.sqe.sgl_length.get(), 0x3b3a_3938);
    ensure_eq!(iu.sqe.sgl_type, 24 + 39);
    ensure_eq!(iu.metadata_size.get(), 0x5a5b);
    Ok(())
}

pub(crate) fn extended_response_mixes_both_orders() -> CaseResult {
    let bytes: [u8; 32] = core::array::from_fn(|at| at as u8);
    let iu = ExtendedResponseIu::ref_from_bytes(&bytes).ok().or_fail()?;

    ensure_eq!(iu.iu_words.get(), 0x0203);
    ensure_eq!(iu.sequence_number.get(), 0x0405_0607);
    ensure_eq!(iu.transferred.get(), 0x0809_0a0b);
    ensure_eq!(iu.cqe.result.get(), 0x1716_1514_1312_1110);
    ensure_eq!(iu.cqe.sq_head.get(), 0x1918);
    ensure_eq!(iu.cqe.status.get(), 0x1f1e);
    Ok(())
}

pub(crate) fn constants_are_those_of_the_header() -> CaseResult {
    ensure_eq!(COMMAND_WORDS, 24);
    ensure_eq!(EXTENDED_RESPONSE_WORDS, 8);
    ensure_eq!(EXTENDED_RESPONSE, 32);
    ensure_eq!(LS_REQUEST_MAX, 1024);
    ensure_eq!(stated_length::<CreateAssociationAccept>(), 48);
    ensure_eq!(stated_length::<CreateConnectionRequest>(), 72);
    ensure_eq!(stated_length::<RejectPayload>(), 32);
    Ok(())
}
