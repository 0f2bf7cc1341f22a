// SPDX-License-Identifier: GPL-2.0

//! Requests of the block layer, as the data path needs them.
//!
//! C headers: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h),
//! `drivers/nvme/host/nvme.h`

use core::{
    marker::PhantomData,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::prelude::*;

use crate::{
    abi,
    io::{
        exchange::{
            Exchange,
            INLINE_SEGMENTS, //
        },
        queue::Queue, //
    },
    nvme::ctrl::NvmeCtrl,
    shared::{
        proto::{
            command::cmd_iu::Direction,
            life::host_exchange::Event,
            wire::CommandIu, //
        },
        support::dma::Direction as DmaDirection, //
    }, //
};

/// What a driver answers to `queue_rq`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct BlkStatus(pub(crate) abi::blk_status_t);

impl BlkStatus {
    /// Taken, or finished already.
    pub(crate) const OK: Self = Self(0);
    /// To be tried again later.
    pub(crate) const RESOURCE: Self = Self(abi::nvme_fc_const_blk_sts_resource);
}

/// Bit of `rq_flags`: the data is `special_vec`, not the bios'.
const SPECIAL_PAYLOAD: u32 = 1 << abi::rqf_flags___RQF_SPECIAL_PAYLOAD;
/// Bit of `cmd_flags`: data goes to the device (`op_is_write()`).
const WRITE: u32 = 1;

/// A request's data.
#[derive(Clone, Copy)]
pub(crate) struct Data {
    /// Where it goes.
    pub(crate) direction: Direction,
    /// Bytes.
    pub(crate) length: u32,
    /// Physically contiguous pieces; 0 for no data.
    segments: u16,
}

/// A request that the block layer passed to `queue_rq`: until it is given to
/// the LLDD, its exchange is idle and the holder's alone.
pub(crate) struct Submission<'a> {
    /// The request.
    request: NonNull<abi::request>,
    /// The exchange behind it.
    exchange: &'a Exchange,
    /// The request is only ours during the call.
    _call: PhantomData<&'a abi::request>,
}

/// The exchange behind a request.
///
/// # Safety
///
/// The request belongs to one of our tag sets, and stays valid for `'a`.
#[inline(always)]
pub(crate) unsafe fn exchange_of<'a>(request: *mut abi::request) -> &'a Exchange {
    // SAFETY: The block layer puts `cmd_size` bytes behind each request, where
    // `init_request` made an exchange.
    unsafe { &*request.add(1).cast::<Exchange>() }
}

impl<'a> Submission<'a> {
    /// Takes a request from the block layer.
    ///
    /// # Safety
    ///
    /// `request` is what the block layer passed to `queue_rq` of one of our tag
    /// sets, and this is its only use before that returns.
    #[inline(always)]
    pub(crate) unsafe fn new(request: NonNull<abi::request>) -> Self {
        Self {
            request,
            // SAFETY: As the caller promises.
            exchange: unsafe { exchange_of(request.as_ptr()) },
            _call: PhantomData,
        }
    }

    /// Whether the request may be sent in the controller's state.
    pub(crate) fn is_allowed(&self, ctrl: &NvmeCtrl, live: bool) -> bool {
        // SAFETY: Both are valid during the call.
        unsafe { abi::nvme_fc_shim_check_ready(ctrl.as_raw(), self.request.as_ptr(), live) }
    }

    /// Fails or defers a request that may not be sent.
    pub(crate) fn not_ready(self, ctrl: &NvmeCtrl) -> BlkStatus {
        // SAFETY: The request is ours to answer.
        BlkStatus(unsafe { abi::nvme_fail_nonready_command(ctrl.as_raw(), self.request.as_ptr()) })
    }

    /// Lets the NVMe core write the submission queue entry.
    ///
    /// # Errors
    ///
    /// What `queue_rq` is to return.
    #[inline(always)]
    pub(crate) fn setup(&self) -> Result<(), BlkStatus> {
        let request = self.request.as_ptr();
        // SAFETY: The request and its queue are valid during the call; the
        // queue's data is the namespace, or null.
        let status = unsafe { abi::nvme_setup_cmd((*(*request).q).queuedata.cast(), request) };
        if status == BlkStatus::OK.0 {
            Ok(())
        } else {
            Err(BlkStatus(status))
        }
    }

    /// The request's data.
    #[inline(always)]
    pub(crate) fn data(&self) -> Data {
        // SAFETY: The request is valid, and ours, during the call.
        let request = unsafe { self.request.as_ref() };
        let (segments, length) = if request.rq_flags & SPECIAL_PAYLOAD != 0 {
            // SAFETY: The flag says which member is in use.
            (1, unsafe { request.__bindgen_anon_3.special_vec.bv_len })
        } else {
            (request.nr_phys_segments, request.__data_len)
        };
        if segments == 0 {
            return Data {
                direction: Direction::NoData,
                length: 0,
                segments,
            };
        }
        Data {
            direction: if request.cmd_flags & WRITE != 0 {
                Direction::Write
            } else {
                Direction::Read
            },
            length,
            segments,
        }
    }

    /// The command to be sent.
    #[inline(always)]
    pub(crate) fn command(&mut self) -> &mut CommandIu {
        // SAFETY: Idle and ours, by the type's meaning.
        unsafe { self.exchange.command_mut() }
    }

    /// Describes the data to the LLDD, and maps it.
    ///
    /// # Errors
    ///
    /// What `queue_rq` is to return; nothing is mapped then.
    #[inline(always)]
    pub(crate) fn map(&mut self, queue: &Queue, data: Data) -> Result<(), BlkStatus> {
        // SAFETY: Idle and ours, by the type's meaning.
        unsafe { self.exchange.describe(data.direction, data.length) };
        if data.segments == 0 {
            return Ok(());
        }
        self.map_segments(queue.device(), data)
    }

    /// Maps data into the exchange's scatterlist.
    fn map_segments(&mut self, device: *mut abi::device, data: Data) -> Result<(), BlkStatus> {
        let fcp = self.exchange.fcp();
        let inline = self.exchange.inline.get().cast::<abi::scatterlist>();
        // SAFETY: Idle and ours; the table's first elements are the exchange's
        // own, and the rest is allocated. CAST: A small constant.
        let status = unsafe {
            (*fcp).sg_table.sgl = inline;
            abi::sg_alloc_table_chained(
                &raw mut (*fcp).sg_table,
                c_int::from(data.segments),
                inline,
                INLINE_SEGMENTS as c_uint,
            )
        };
        if status != 0 {
            return Err(BlkStatus::RESOURCE);
        }
        // SAFETY: The table has an element for each segment.
        let list = unsafe { (*fcp).sg_table.sgl };
        let mut last = ptr::null_mut();
        // SAFETY: The request was started, and its table has an element for each segment.
        let count = unsafe { abi::__blk_rq_map_sg(self.request.as_ptr(), list, &raw mut last) };
        let mapped = if device.is_null() {
            // SAFETY: A list of `count` elements.
            unsafe { address_by_cpu(list, count) };
            count
        } else {
            // SAFETY: A live device, and a list of `count` elements.
            unsafe {
                abi::dma_map_sg_attrs(device, list, count, dma_direction(data.direction), 0)
                    as c_int
            }
        };
        if mapped <= 0 {
            // SAFETY: Allocated above.
            unsafe { free_table(self.exchange) };
            return Err(BlkStatus::RESOURCE);
        }
        self.exchange.elements.set(count);
        // SAFETY: Idle and ours.
        unsafe {
            (*fcp).first_sgl = list;
            (*fcp).sg_cnt = mapped;
        }
        Ok(())
    }

    /// Undoes what the NVMe core prepared.
    pub(crate) fn cleanup(&self) {
        // SAFETY: The request is ours.
        unsafe { abi::nvme_cleanup_cmd(self.request.as_ptr()) };
    }

    /// Fails the request as one that its path could not carry; the NVMe core
    /// retries it, or sends it another way.
    pub(crate) fn path_error(self) -> BlkStatus {
        // SAFETY: The request is ours, and not with the LLDD.
        BlkStatus(unsafe { abi::nvme_host_path_error(self.request.as_ptr()) })
    }

    /// Gives the request to the LLDD. On success it must not be touched again.
    ///
    /// # Errors
    ///
    /// The LLDD's errno, and the request, unmapped and idle again.
    #[inline(always)]
    pub(crate) fn give(self, queue: &Queue) -> Result<(), (c_int, Self)> {
        let exchange = self.exchange;
        exchange.sync_command();
        exchange.start();
        // SAFETY: The request is ours, and set up.
        unsafe { abi::nvme_fc_shim_start_request(self.request.as_ptr()) };
        // SAFETY: The exchange and its mappings stay valid until `done`: the
        // block layer does not reuse a request that was not completed.
        let status = unsafe { queue.link().submit(exchange.fcp()) };
        if status == 0 {
            return Ok(());
        }
        Err((status, self.refused()))
    }

    /// Takes the request back from an LLDD that did not want it.
    #[cold]
    fn refused(self) -> Self {
        // An abort that came meanwhile found nothing to abort.
        let _ = self.exchange.on(Event::Refused);
        unmap(self.exchange);
        self
    }
}

/// Frees an exchange's scatterlist, but the part inside it.
///
/// # Safety
///
/// It was allocated and is not mapped.
unsafe fn free_table(exchange: &Exchange) {
    // SAFETY: As the caller promises. CAST: A small constant.
    unsafe {
        abi::sg_free_table_chained(
            &raw mut (*exchange.fcp()).sg_table,
            INLINE_SEGMENTS as c_uint,
        )
    };
}

/// Unmaps an exchange's data, if it has any. Context: not with the LLDD.
#[inline(always)]
fn unmap(exchange: &Exchange) {
    let elements = exchange.elements.get();
    if elements != 0 {
        unmap_segments(exchange, elements);
    }
}

/// Unmaps an exchange's data.
fn unmap_segments(exchange: &Exchange, elements: c_int) {
    exchange.elements.set(0);
    let fcp = exchange.fcp();
    let device = exchange.queue().device();
    if !device.is_null() {
        // SAFETY: Mapped by `map_segments` with so many elements.
        unsafe {
            let direction = if (*fcp).io_dir == abi::nvmefc_fcp_datadir_NVMEFC_FCP_WRITE {
                Direction::Write
            } else {
                Direction::Read
            };
            abi::dma_unmap_sg_attrs(
                device,
                (*fcp).sg_table.sgl,
                elements,
                dma_direction(direction),
                0,
            );
        }
    }
    // SAFETY: Allocated by `map_segments`, unmapped above.
    unsafe {
        free_table(exchange);
        (*fcp).sg_cnt = 0;
    }
}

/// A direction as the DMA API knows it.
fn dma_direction(direction: Direction) -> abi::dma_data_direction {
    match direction {
        Direction::Write => DmaDirection::ToDevice.as_raw(),
        Direction::Read => DmaDirection::FromDevice.as_raw(),
        Direction::NoData => DmaDirection::Bidirectional.as_raw(),
    }
}

/// The mapping for a port without a device: an LLDD that works in software
/// goes by pages, and finds bus address 0 and the CPU's lengths.
///
/// # Safety
///
/// `list` has `count` elements.
unsafe fn address_by_cpu(list: *mut abi::scatterlist, count: c_int) {
    let mut element = list;
    for left in (0..count).rev() {
        // SAFETY: One of the list's elements.
        unsafe {
            (*element).dma_address = 0;
            #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
            {
                (*element).dma_length = (*element).length;
            }
        }
        if left > 0 {
            // SAFETY: Not the last element.
            element = unsafe { next_element(element) };
        }
    }
}

/// The element after one that is not the last (`sg_next()`).
///
/// # Safety
///
/// `element` is part of a list and not its last element.
#[inline(always)]
unsafe fn next_element(element: *mut abi::scatterlist) -> *mut abi::scatterlist {
    // SAFETY: There is another element, or a link, behind it.
    let next = unsafe { element.add(1) };
    // SAFETY: It was found valid just now, and any element has this field.
    let link = unsafe { (*next).page_link };
    // CAST: The constants are small bits.
    if link & abi::SG_CHAIN as usize != 0 {
        ptr::with_exposed_provenance_mut(link & !0b11)
    } else {
        next
    }
}

/// Completes a request: its status and result go to the NVMe core, and
/// [`finish`] runs here or on the CPU that it came from.
/// Context: any; the exchange is complete and the caller finishes it.
#[inline(always)]
pub(crate) fn complete(exchange: &Exchange, status: u16, result: u64) {
    let request = exchange.request();
    // SAFETY: The request was started and is completed once: its exchange was
    // won by the caller.
    if unsafe { !abi::nvme_fc_shim_try_complete_req(request, status, result) } {
        // SAFETY: It is completed, and the block layer left the rest to its caller.
        unsafe { finish(request) };
    }
}

/// Makes a completed request's exchange idle. Context: any.
#[inline(always)]
fn release(exchange: &Exchange) {
    unmap(exchange);
    exchange.release();
    exchange.queue().ctrl().exchange_over();
}

/// Gives a request back to the NVMe core. Context: any.
///
/// # Safety
///
/// `request` is one of ours, which was completed; this is called once for it.
#[inline(always)]
pub(crate) unsafe fn finish(request: *mut abi::request) {
    // SAFETY: A request of ours, not given back yet.
    release(unsafe { exchange_of(request) });
    // SAFETY: By this function's contract.
    unsafe { abi::nvme_complete_rq(request) };
}

/// Marks a request as one that this host took back, for those who wait for it.
pub(crate) fn mark_cancelled(exchange: &Exchange) {
    // CAST: One bit.
    // SAFETY: The exchange is complete; the caller alone finishes it.
    unsafe { (*exchange.nvme()).flags |= abi::NVME_REQ_CANCELLED as u8 };
}
