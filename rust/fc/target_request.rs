// SPDX-License-Identifier: GPL-2.0

//! The exchanges of a target, `struct nvmefc_tgt_fcp_req`.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr,
    sync::atomic::{
        AtomicPtr,
        Ordering::Release, //
    }, //
};

use kernel::prelude::*;

use crate::{
    abi,
    shared::{
        fc::target_template::{
            FcpRequestPtr,
            TargetLldd, //
        },
        support::scatterlist::PageList, //
    }, //
};

/// Seconds that the LLDD may take for a data transfer: twice R_A_TOV.
const DATA_TIMEOUT: u32 = abi::NVME_FC_TGTOP_TIMEOUT_SEC;

/// What the LLDD calls when an operation has ended.
pub(crate) type Done = unsafe extern "C" fn(FcpRequestPtr);

/// What is given to the LLDD.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Operation {
    /// Fetch data from the host.
    WriteData = abi::NVMET_FCOP_WRITEDATA as u8,
    /// Send data to the host.
    ReadData = abi::NVMET_FCOP_READDATA as u8,
    /// Send data to the host, and the response behind it.
    ReadDataRsp = abi::NVMET_FCOP_READDATA_RSP as u8,
    /// Send the response.
    Rsp = abi::NVMET_FCOP_RSP as u8,
}

/// Part of a command's data.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// Bytes before it.
    pub(crate) offset: u32,
    /// Elements of the scatterlist before it.
    pub(crate) first: u32,
    /// Its bytes.
    pub(crate) length: u32,
    /// Its elements.
    pub(crate) elements: u32,
}

impl Part {
    /// None of the data.
    pub(crate) const fn none() -> Self {
        Self {
            offset: 0,
            first: 0,
            length: 0,
            elements: 0,
        }
    }

    /// Bytes up to its end.
    #[inline(always)]
    pub(crate) fn end(self) -> u32 {
        self.offset.wrapping_add(self.length)
    }
}

/// Stores the transport's pointer in an exchange.
///
/// # Safety
///
/// `request` is valid.
#[inline]
pub(crate) unsafe fn set_private(request: FcpRequestPtr, private: *mut c_void) {
    // SAFETY: Valid by this function's contract; only the transport uses the field.
    let field = unsafe { AtomicPtr::from_ptr(&raw mut (*request).nvmet_fc_private) };
    // Releases what the pointer leads to: pairs with the dependency of those who
    // read through it, an abort on another processor above all. A plain store on
    // x86, and no call as the kernel crate's is.
    field.store(private, Release);
}

/// Reads it again.
///
/// # Safety
///
/// `request` is valid.
#[inline]
pub(crate) unsafe fn private(request: FcpRequestPtr) -> *mut c_void {
    // SAFETY: Valid by this function's contract. What is read through the pointer
    // depends on it, as with rcu_dereference.
    unsafe { ptr::read_volatile(&raw const (*request).nvmet_fc_private) }
}

/// An exchange in the hands of the one who may give it to the LLDD.
///
/// # Safety
///
/// `fcp_request` gives the same exchange each time: one that was accepted on the port
/// that `lldd` gives, and not released. While there is such a value, the LLDD has no
/// operation of it but during [`TargetExchange::give`], and until that is accounted
/// for. What an operation points to stays until it has ended.
pub(crate) unsafe trait TargetExchange: Sized {
    /// The LLDD's exchange.
    fn fcp_request(&self) -> FcpRequestPtr;

    /// The port.
    fn lldd(&self) -> &TargetLldd;

    /// Sets what is the same for all operations.
    #[inline]
    fn set_up(&self, hardware_queue: u16, done: Done, private: *mut c_void) {
        let request = self.fcp_request();
        // SAFETY: Valid, by the trait's contract; these fields are the transport's.
        unsafe {
            (*request).hwqid = hardware_queue;
            (*request).done = Some(done);
        }
        // SAFETY: Valid, by the trait's contract.
        unsafe { set_private(request, private) };
    }

    /// Takes the transport's pointer out: nobody finds anything through the exchange
    /// from here on.
    #[inline(always)]
    fn clear_private(&self) {
        // SAFETY: Valid, by the trait's contract.
        unsafe { set_private(self.fcp_request(), ptr::null_mut()) };
    }

    /// Sets what the next operation moves of `data`.
    #[inline(always)]
    fn set_data(&self, data: &PageList, part: Part) {
        let request = self.fcp_request();
        let list = data.rest(part.first);
        // SAFETY: Valid and without an operation, by the trait's contract.
        // CAST: A list has fewer elements than an int can count.
        unsafe {
            (*request).timeout = DATA_TIMEOUT;
            (*request).offset = part.offset;
            (*request).transfer_length = part.length;
            (*request).transferred_length = 0;
            (*request).fcp_error = 0;
            (*request).sg = list;
            (*request).sg_cnt = part.elements as c_int;
        }
    }

    /// Has the next operation move nothing.
    #[inline(always)]
    fn set_no_data(&self) {
        let request = self.fcp_request();
        // SAFETY: Valid and without an operation, by the trait's contract.
        unsafe {
            (*request).timeout = 0;
            (*request).sg = ptr::null_mut();
            (*request).sg_cnt = 0;
        }
    }

    /// Sets which operation is next.
    #[inline(always)]
    fn set_operation(&self, operation: Operation) {
        // SAFETY: Valid and without an operation, by the trait's contract.
        unsafe { (*self.fcp_request()).op = operation as u8 };
    }

    /// Sets the response that the next operation sends.
    #[inline(always)]
    fn set_response(&self, buffer: *mut c_void, address: abi::dma_addr_t, length: u16) {
        let request = self.fcp_request();
        // SAFETY: Valid and without an operation, by the trait's contract.
        unsafe {
            (*request).rspaddr = buffer;
            (*request).rspdma = address;
            (*request).rsplen = length;
        }
    }

    /// Gives the operation that was set to the LLDD; says whether it refused.
    /// Context: any.
    #[inline(always)]
    fn give(&self) -> bool {
        // SAFETY: By the trait's contract, and filled in.
        unsafe { self.lldd().fcp_op(self.fcp_request()) != 0 }
    }

    /// The error of the operation that has ended, and the bytes that it moved.
    #[inline(always)]
    fn outcome(&self) -> (c_int, u32) {
        let request = self.fcp_request();
        // SAFETY: Valid and without an operation, by the trait's contract.
        unsafe { ((*request).fcp_error, (*request).transferred_length) }
    }

    /// Starts the abort of the exchange. Context: any.
    fn fcp_abort(&self) {
        // SAFETY: Not released, by the trait's contract.
        unsafe { self.lldd().fcp_abort(self.fcp_request()) };
    }

    /// Gives the LLDD the command IU of a deferred command back. Context: any.
    fn defer_rcv(&self) {
        // SAFETY: Not released, by the trait's contract.
        unsafe { self.lldd().defer_rcv(self.fcp_request()) };
    }

    /// Gives the LLDD its exchange back, for good. Context: any.
    #[inline(always)]
    fn fcp_req_release(self) {
        // SAFETY: Not released, by the trait's contract, and `self` goes.
        unsafe { self.lldd().fcp_req_release(self.fcp_request()) };
    }
}
