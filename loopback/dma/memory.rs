// SPDX-License-Identifier: GPL-2.0

//! The transports' buffers, as the adapter sees them: by bus address where the
//! port has a device, by CPU address where it has none.
//!
//! Reading through the bus address finds mappings that were forgotten, or not
//! synchronised: under `swiotlb=force` the data then is somewhere else.

use core::{ffi::c_void, ptr};

use crate::{
    abi,
    plan::accounts::Offence,
    shim,
    support::books::BOOKS, //
};

/// The device of a port: null when it has none.
#[derive(Clone, Copy)]
pub(crate) struct Bus(pub(crate) *mut abi::device);

// SAFETY: Only passed to the DMA address translation, which reads constants of
// a device that its port keeps alive.
unsafe impl Send for Bus {}
// SAFETY: As above.
unsafe impl Sync for Bus {}

impl Bus {
    /// Where the CPU finds what a transport gave as `address` for the device,
    /// and as `cpu` for everybody else.
    pub(crate) fn reach(self, address: abi::dma_addr_t, cpu: *mut c_void) -> *mut u8 {
        if self.0.is_null() {
            return cpu.cast();
        }
        if address == 0 || address == abi::dma_addr_t::MAX {
            BOOKS.offend(Offence::NotMapped);
            return cpu.cast();
        }
        // SAFETY: The device is alive as long as its port; without an IOMMU
        // bus addresses are memory.
        unsafe { shim::dma_to_virt(self.0, address) }.cast()
    }
}

/// A place to copy from or to.
pub(crate) enum Place {
    /// A scatterlist of a transport: first element, elements, its bus.
    List(*mut abi::scatterlist, u32, Bus),
    /// One piece of memory.
    Flat(*mut u8, usize),
}

/// Where a copy stands in a [`Place`].
struct Cursor {
    /// What is left.
    place: Place,
    /// Bytes of the first element that are behind us.
    offset: usize,
}

impl Cursor {
    /// The next run of memory, and its length; empty at the end.
    ///
    /// # Safety
    ///
    /// The place is valid.
    unsafe fn run(&mut self) -> (*mut u8, usize) {
        loop {
            let (start, length) = match self.place {
                Place::List(_, 0, _) => return (ptr::null_mut(), 0),
                Place::List(sg, _, _) if sg.is_null() => return (ptr::null_mut(), 0),
                Place::List(sg, _, bus) if bus.0.is_null() => {
                    // SAFETY: A valid element of a list in the linear map.
                    let start = unsafe { shim::sg_virt(sg) };
                    // SAFETY: As above. CAST: A u32 fits.
                    (start.cast(), unsafe { (*sg).length } as usize)
                }
                Place::List(sg, _, bus) => {
                    // SAFETY: A valid, mapped element.
                    let (address, length) =
                        unsafe { (abi::sg_dma_address(sg), abi::sg_dma_len(sg)) };
                    // CAST: A u32 fits.
                    (bus.reach(address, ptr::null_mut()), length as usize)
                }
                Place::Flat(start, length) => (start, length),
            };
            if self.offset < length && !start.is_null() {
                // SAFETY: Inside the element.
                return (unsafe { start.add(self.offset) }, length - self.offset);
            }
            self.offset = self.offset.saturating_sub(length);
            self.place = match self.place {
                Place::List(sg, count, bus) => {
                    // SAFETY: A valid element; behind the last there is null.
                    let next = unsafe { abi::sg_next(sg) };
                    Place::List(next, count.saturating_sub(1), bus)
                }
                Place::Flat(..) => Place::Flat(ptr::null_mut(), 0),
            };
            if matches!(self.place, Place::Flat(start, _) if start.is_null()) {
                return (ptr::null_mut(), 0);
            }
        }
    }
}

/// Copies up to `length` bytes; returns how many there was room for.
///
/// # Safety
///
/// Both places are valid, the scatterlists mapped if their bus has a device,
/// and they do not overlap.
pub(crate) unsafe fn copy(
    from: Place,
    from_offset: usize,
    to: Place,
    to_offset: usize,
    length: usize,
) -> usize {
    let mut from = Cursor {
        place: from,
        offset: from_offset,
    };
    let mut to = Cursor {
        place: to,
        offset: to_offset,
    };
    let mut moved = 0;
    while moved < length {
        // SAFETY: Valid, as the caller promises.
        let ((source, there), (sink, room)) = unsafe { (from.run(), to.run()) };
        let step = there.min(room).min(length - moved);
        if step == 0 {
            break;
        }
        // SAFETY: Both runs are that long.
        unsafe { sink.copy_from_nonoverlapping(source, step) };
        from.offset += step;
        to.offset += step;
        moved += step;
    }
    moved
}
