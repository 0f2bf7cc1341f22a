// SPDX-License-Identifier: GPL-2.0

//! The transports' requests of a link service: their fields, their buffers
//! and their `done`.

use core::{mem, ptr};

use kernel::{prelude::*, sync::Arc, types::Opaque};

use crate::{
    abi,
    dma::memory::Bus,
    ls::{
        object::LsExchange,
        state::{
            LsOutcome,
            ANSWER, //
        }, //
    },
    plan::config::Role,
    port::{
        host_handle::HostHandle,
        registry, //
    }, //
};

/// The sender's side of a link service.
pub(crate) enum LsRequest {
    /// A request of a transport's.
    Real(*mut abi::nvmefc_ls_req),
    /// Injected: the answer is kept with the port.
    Injected,
}

// SAFETY: The request is used by the one who completes it, as the states of
// `LsExchange` say.
unsafe impl Send for LsRequest {}
// SAFETY: As above.
unsafe impl Sync for LsRequest {}

/// What the receiver of a link service is given, and gives back: memory of its
/// own, so that it can be freed while the link service goes on.
#[repr(C)]
struct TokenMemory {
    /// First, so that both have one address.
    response: Opaque<abi::nvmefc_ls_rsp>,
    /// What it is part of.
    exchange: Arc<LsExchange>,
}

/// A token that the receiver has given back.
pub(crate) struct Token(KBox<TokenMemory>);

// SAFETY: The receiver is not using it, and what is in it may be sent.
unsafe impl Send for Token {}

impl LsRequest {
    /// The key of the request: its address, 0 for injected ones.
    pub(crate) fn key(&self) -> usize {
        match self {
            Self::Real(request) => *request as usize,
            Self::Injected => 0,
        }
    }

    /// Gives the request back to its transport.
    pub(crate) fn complete(&self, bus: Option<Bus>, outcome: &LsOutcome) {
        let Self::Real(request) = *self else {
            return;
        };
        let bus = bus.unwrap_or(Bus(ptr::null_mut()));
        // SAFETY: The request is ours until `done` is called, and its response
        // buffer has room for `rsplen` bytes. CAST: A u32 fits.
        let done = unsafe {
            let room = (*request).rsplen as usize;
            let buffer = bus.reach((*request).rspdma, (*request).rspaddr);
            let length = outcome.length.min(room).min(ANSWER);
            ptr::copy_nonoverlapping(outcome.answer.as_ptr(), buffer, length);
            (*request).done
        };
        let Some(done) = done else {
            return;
        };
        // SAFETY: The request is complete.
        unsafe { done(request, outcome.status) };
        if outcome.twice {
            // SAFETY: Not sound, and asked for.
            unsafe { done(request, outcome.status) };
        }
    }
}

/// Copies the payload of a request that a transport sends.
///
/// # Safety
///
/// `request` is a request that its transport has filled in.
pub(crate) unsafe fn payload(request: *mut abi::nvmefc_ls_req, bus: Bus) -> Result<KVec<u8>> {
    // SAFETY: As the caller promises. CAST: A u32 fits.
    let (length, from) = unsafe {
        (
            (*request).rqstlen as usize,
            bus.reach((*request).rqstdma, (*request).rqstaddr),
        )
    };
    let mut copy = KVec::from_elem(0u8, length.min(4096), GFP_ATOMIC)?;
    // SAFETY: The request is that long.
    unsafe { ptr::copy_nonoverlapping(from, copy.as_mut_ptr(), copy.len()) };
    Ok(copy)
}

impl LsExchange {
    /// Hands the link service to the receiver; returns what its transport
    /// says. Context: may sleep.
    pub(crate) fn hand_over(self: &Arc<Self>) -> i32 {
        let memory = TokenMemory {
            response: Opaque::zeroed(),
            exchange: self.clone(),
        };
        let Ok(token) = KBox::new(memory, GFP_KERNEL) else {
            return ENOMEM.to_errno();
        };
        let port = if self.to_target {
            self.target.clone()
        } else {
            let name = self
                .target
                .as_ref()
                .map_or(0, |target| target.config.port_name);
            match &self.request {
                LsRequest::Injected => self.near.clone(),
                LsRequest::Real(_) => registry::port(Role::Remote, name, self.host_name),
            }
        };
        let Some(pass) = port.as_ref().and_then(|port| port.gate.enter()) else {
            return ENOTCONN.to_errno();
        };
        let token = KBox::into_raw(token);
        let response = token.cast::<abi::nvmefc_ls_rsp>();
        let first = self.handle.as_ref().is_some_and(HostHandle::take);
        // CAST: 4096 at most.
        let length = self.payload.len() as u32;
        let verdict = if self.to_target {
            let handle = self
                .handle
                .as_ref()
                .map_or(ptr::null_mut(), HostHandle::as_ptr);
            // SAFETY: The port is registered while the pass is held; the token
            // is the transport's now, the payload lives through `self`.
            unsafe {
                abi::nvmet_fc_rcv_ls_req(
                    pass.port() as *mut _,
                    handle,
                    response,
                    self.payload.as_ptr(),
                    length,
                )
            }
        } else {
            // SAFETY: As above.
            unsafe {
                abi::nvme_fc_rcv_ls_req(
                    pass.port() as *mut _,
                    response,
                    self.payload.as_ptr(),
                    length,
                )
            }
        };
        if verdict != 0 {
            // SAFETY: Not accepted, so the token is ours again.
            drop(unsafe { KBox::from_raw(token) });
            if let Some(handle) = self.handle.as_ref().filter(|_| first) {
                HostHandle::forget(handle);
            }
        }
        verdict
    }
}

/// The receiver answers: the link service, its token and the answer.
///
/// # Safety
///
/// `response` is what a transport was given with a link service, filled in by
/// it; it gives it up with this.
pub(crate) unsafe fn answer(response: *mut abi::nvmefc_ls_rsp) -> i32 {
    // SAFETY: The token's first field, and ours again.
    let token = Token(unsafe { KBox::from_raw(response.cast::<TokenMemory>()) });
    let exchange = token.0.exchange.clone();
    let bus = exchange.receiver_bus();
    let mut copy = [0; ANSWER];
    // SAFETY: The transport has filled it in.
    let length = unsafe {
        let length = usize::from((*response).rsplen).min(ANSWER);
        let from = bus.reach((*response).rspdma, (*response).rspbuf);
        ptr::copy_nonoverlapping(from, copy.as_mut_ptr(), length);
        length
    };
    exchange.answered(token, copy.get(..length).unwrap_or(&[]))
}

impl LsExchange {
    /// The bus of the side that answers.
    fn receiver_bus(&self) -> Bus {
        let port = if self.to_target {
            self.target.clone()
        } else {
            registry::port(Role::Local, self.host_name, 0)
        };
        port.map_or(Bus(ptr::null_mut()), |port| port.bus())
    }
}

impl Token {
    /// Tells the receiver that its answer was sent, and frees the token.
    pub(crate) fn done(self) {
        let memory = KBox::into_raw(self.0);
        let response = memory.cast::<abi::nvmefc_ls_rsp>();
        // SAFETY: Alive, and filled in by the transport.
        let done = unsafe { (*response).done };
        if let Some(done) = done {
            // SAFETY: The transport gave the function for this.
            unsafe { done(response) };
        }
        // SAFETY: The transport does not look at it any more. What stood in it
        // is overwritten, so that a late reader is noticed.
        unsafe {
            response
                .cast::<u8>()
                .write_bytes(0xa5, mem::size_of::<abi::nvmefc_ls_rsp>())
        };
        // SAFETY: Made from a box above.
        drop(unsafe { KBox::from_raw(memory) });
    }
}
