// SPDX-License-Identifier: GPL-2.0

//! What the DMA API calls for a port whose device is `bounce`: the functions
//! of a `struct dma_map_ops`, whose table is in `lldd_abi/loopback_shim.c`.

use core::{ffi::c_void, ptr};

use kernel::{error::Error, prelude::*};

use crate::{
    abi,
    dma::table::{
        allocate,
        map,
        sync,
        unmap,
        Piece, //
    },
    lldd::{
        accounting::ACCOUNTING,
        kind::Kind, //
    },
    plan::{
        merge::segment,
        rules::Event, //
    },
    shim,
    support::{
        context::may_wait_for_io,
        plan_store, //
    }, //
};

abi::assert_signature! {
    nvme_fc_loopback_alloc = nvme_fc_loopback_alloc,
    nvme_fc_loopback_free = nvme_fc_loopback_free,
    nvme_fc_loopback_map_phys = nvme_fc_loopback_map_phys,
    nvme_fc_loopback_unmap_phys = nvme_fc_loopback_unmap_phys,
    nvme_fc_loopback_map_sg = nvme_fc_loopback_map_sg,
    nvme_fc_loopback_unmap_sg = nvme_fc_loopback_unmap_sg,
    nvme_fc_loopback_sync_for_cpu = nvme_fc_loopback_sync_for_cpu,
    nvme_fc_loopback_sync_for_device = nvme_fc_loopback_sync_for_device,
    nvme_fc_loopback_sync_sg_for_cpu = nvme_fc_loopback_sync_sg_for_cpu,
    nvme_fc_loopback_sync_sg_for_device = nvme_fc_loopback_sync_sg_for_device,
}

/// What the fault plan says of a mapping for `device`.
fn refused(device: *mut abi::device) -> Result {
    let event = Event {
        kind: Kind::Map,
        // SAFETY: The DMA API's caller has the device, whose data `Platform` has set for good.
        port: unsafe { (*device).driver_data } as u64,
        code: 0,
        queue: 0,
    };
    match plan_store::fault(&event).unwrap_or_default().errno {
        0 => Ok(()),
        errno => Err(Error::from_errno(errno)),
    }
}

/// Memory that CPU and device see alike; null if there is none. Context: any.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_alloc(
    device: *mut abi::device,
    length: usize,
    address: *mut abi::dma_addr_t,
    flags: abi::gfp_t,
    _attributes: c_ulong,
) -> *mut c_void {
    ACCOUNTING.coherent(may_wait_for_io(flags));
    match refused(device).and_then(|()| allocate(device, length)) {
        Ok((start, bus)) => {
            // SAFETY: The DMA API passes a place to write to.
            unsafe { address.write(bus) };
            start.cast()
        }
        Err(_) => ptr::null_mut(),
    }
}

/// Undoes [`nvme_fc_loopback_alloc`].
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_free(
    device: *mut abi::device,
    length: usize,
    _start: *mut c_void,
    address: abi::dma_addr_t,
    _attributes: c_ulong,
) {
    unmap(device, address, Some(length));
}

/// Maps one run of memory. Context: any.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_map_phys(
    device: *mut abi::device,
    physical: abi::phys_addr_t,
    length: usize,
    direction: abi::dma_data_direction,
    _attributes: c_ulong,
) -> abi::dma_addr_t {
    let attempt = || {
        refused(device)?;
        // SAFETY: The DMA API has checked that this is memory.
        let start = unsafe { shim::phys_to_virt(physical) }.cast();
        let mut pieces = KVec::new();
        pieces.push(Piece { start, length }, GFP_ATOMIC)?;
        map(device, pieces, direction)
    };
    attempt().unwrap_or(abi::dma_addr_t::MAX)
}

/// Undoes [`nvme_fc_loopback_map_phys`].
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_unmap_phys(
    device: *mut abi::device,
    address: abi::dma_addr_t,
    length: usize,
    _direction: abi::dma_data_direction,
    _attributes: c_ulong,
) {
    unmap(device, address, Some(length));
}

/// The pieces that become one segment, and the element behind them.
///
/// # Safety
///
/// `sg` is a scatterlist of `count` elements.
unsafe fn pieces(
    sg: *mut abi::scatterlist,
    count: usize,
    boundary: u64,
) -> Result<(KVec<Piece>, *mut abi::scatterlist)> {
    let mut ahead = sg;
    let lengths = core::iter::from_fn(|| {
        // SAFETY: `take` ends this with the list.
        unsafe {
            let length = (*ahead).length;
            ahead = abi::sg_next(ahead);
            Some(length)
        }
    });
    let (number, _) = segment(lengths.take(count), boundary);
    let mut pieces = KVec::with_capacity(number, GFP_ATOMIC)?;
    let mut at = sg;
    for _ in 0..number {
        // SAFETY: One of the list's elements, in the linear map. CAST: A u32
        // fits.
        unsafe {
            let start = shim::sg_virt(at).cast();
            let length = (*at).length as usize;
            pieces.push(Piece { start, length }, GFP_ATOMIC)?;
            at = abi::sg_next(at);
        }
    }
    Ok((pieces, at))
}

/// Maps a scatterlist, and merges its elements; returns how many segments that
/// makes, or an errno. Context: any.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_map_sg(
    device: *mut abi::device,
    sg: *mut abi::scatterlist,
    count: c_int,
    direction: abi::dma_data_direction,
    _attributes: c_ulong,
) -> c_int {
    // The DMA API wants one of four errnos here.
    let Ok(()) = refused(device) else {
        return ENOMEM.to_errno();
    };
    // SAFETY: The device is alive.
    let boundary = unsafe { shim::dma_get_seg_boundary(device) };
    // CAST: A count is not negative.
    let mut left = count.max(0) as usize;
    let (mut from, mut to, mut segments) = (sg, sg, 0);
    while left > 0 {
        // SAFETY: `from` has `left` elements.
        let step = unsafe { pieces(from, left, boundary as u64) }.and_then(|(pieces, next)| {
            let number = pieces.len();
            let length: usize = pieces.iter().map(|piece| piece.length).sum();
            Ok((map(device, pieces, direction)?, number, length, next))
        });
        let Ok((address, number, length, next)) = step else {
            // SAFETY: The first `segments` segments are mapped.
            unsafe { undo(device, sg, segments) };
            return ENOMEM.to_errno();
        };
        // SAFETY: There are at least as many elements as segments. CAST: Sums
        // of u32 lengths of at most 64 KiB, or one length.
        unsafe {
            (*to).dma_address = address;
            (*to).dma_length = length as c_uint;
            to = abi::sg_next(to);
        }
        segments += 1;
        left = left.saturating_sub(number);
        from = next;
    }
    segments
}

/// Undoes the first `segments` segments.
///
/// # Safety
///
/// They are mapped.
unsafe fn undo(device: *mut abi::device, sg: *mut abi::scatterlist, segments: c_int) {
    let mut at = sg;
    for _ in 0..segments {
        // SAFETY: A mapped segment.
        unsafe {
            unmap(device, (*at).dma_address, None);
            at = abi::sg_next(at);
        }
    }
}

/// Calls `act` for the bus address of each segment of a list of `count`
/// elements; it says how many elements the segment had.
///
/// # Safety
///
/// `sg` is a mapped list.
unsafe fn segments(sg: *mut abi::scatterlist, count: c_int, mut act: impl FnMut(u64) -> usize) {
    // CAST: A count is not negative.
    let mut left = count.max(0) as usize;
    let mut at = sg;
    while left > 0 && !at.is_null() {
        // SAFETY: One of the list's elements.
        let elements = act(unsafe { (*at).dma_address });
        if elements == 0 {
            return;
        }
        left = left.saturating_sub(elements);
        // SAFETY: One of the list's elements; behind the last there is null.
        at = unsafe { abi::sg_next(at) };
    }
}

/// Undoes [`nvme_fc_loopback_map_sg`]; `count` is the one given there.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_unmap_sg(
    device: *mut abi::device,
    sg: *mut abi::scatterlist,
    count: c_int,
    _direction: abi::dma_data_direction,
    _attributes: c_ulong,
) {
    // SAFETY: As the DMA API's caller promises.
    unsafe { segments(sg, count, |address| unmap(device, address, None)) };
}

/// Hands mapped memory to the CPU.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_sync_for_cpu(
    _device: *mut abi::device,
    address: abi::dma_addr_t,
    _length: usize,
    _direction: abi::dma_data_direction,
) {
    sync(address, true);
}

/// Hands mapped memory to the device.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_sync_for_device(
    _device: *mut abi::device,
    address: abi::dma_addr_t,
    _length: usize,
    _direction: abi::dma_data_direction,
) {
    sync(address, false);
}

/// Hands a mapped scatterlist to the CPU.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_sync_sg_for_cpu(
    _device: *mut abi::device,
    sg: *mut abi::scatterlist,
    count: c_int,
    _direction: abi::dma_data_direction,
) {
    // SAFETY: As the DMA API's caller promises.
    unsafe { segments(sg, count, |address| sync(address, true)) };
}

/// Hands a mapped scatterlist to the device.
///
/// # Safety
///
/// Called by the DMA API.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_loopback_sync_sg_for_device(
    _device: *mut abi::device,
    sg: *mut abi::scatterlist,
    count: c_int,
    _direction: abi::dma_data_direction,
) {
    // SAFETY: As the DMA API's caller promises.
    unsafe { segments(sg, count, |address| sync(address, false)) };
}
