// SPDX-License-Identifier: GPL-2.0

//! What needs the scripted LLDD's word: the sizes of private memory, and requests that are given back
//! twice on purpose.

use zerocopy::IntoBytes;

use crate::{
    lldd::{
        fcp_request::{
            FcpEnd,
            FcpRequest, //
        },
        ls_request::LsRequest,
        scatter::Bus, //
    },
    proto::wire::{
        self,
        CommandIu, //
    }, //
};

use super::{
    answer::{
        FcpAnswer,
        LsAnswer, //
    },
    template::{
        FCP_PRIVATE,
        LS_PRIVATE, //
    }, //
};

/// Overwrites the LLDD's memory of an exchange, as HBA drivers do; says whether there is any.
pub(super) fn scribble(request: &mut FcpRequest) -> bool {
    let private = request.private();
    // SAFETY: The template asked for so many bytes. CAST: A u32 fits.
    unsafe { private.fill(0xa5, FCP_PRIVATE as usize) };
    !private.area().is_null()
}

/// Whether the LLDD's memory of a link service is there, and all zero.
pub(super) fn is_clean(request: &mut LsRequest) -> bool {
    // SAFETY: The template asked for so many bytes. CAST: A u32 fits.
    unsafe { request.private().is_clean(LS_PRIVATE as usize) }
}

/// The command IU of an exchange.
pub(super) fn command(request: &FcpRequest) -> CommandIu {
    let mut command = <CommandIu as zerocopy::FromZeros>::new_zeroed();
    request.command(Bus::NONE, command.as_mut_bytes());
    command
}

/// Gives an exchange back.
pub(super) fn give_back(request: FcpRequest, answer: &FcpAnswer, twice: bool) {
    let end = FcpEnd {
        status: answer.status,
        transferred: answer.transferred,
        response: answer.iu.as_bytes(),
        response_length: answer.response_length,
    };
    if twice {
        // SAFETY: Wrong on purpose; the memory stays, for the tag set has it.
        unsafe { request.complete_twice(Bus::NONE, &end) };
    } else {
        request.complete(Bus::NONE, &end);
    }
}

/// Gives a link service back.
pub(super) fn give_back_ls(request: LsRequest, answer: &LsAnswer, twice: bool) {
    if twice {
        // SAFETY: Wrong on purpose, and only before `ls_req` has returned, so that the waiter has not
        // seen the first: see `Lldd::take_ls`.
        unsafe { request.complete_twice(Bus::NONE, answer.status, &answer.bytes) };
    } else {
        request.complete(Bus::NONE, answer.status, &answer.bytes);
    }
}

const _: () = assert!(size_of::<CommandIu>() == 96);
const _: () = assert!(wire::EXTENDED_RESPONSE == 32);
