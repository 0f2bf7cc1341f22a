// SPDX-License-Identifier: GPL-2.0

//! The transports' buffers as the adapter sees them: by bus address where the port has a device, by
//! CPU address where it has none.
//!
//! Reading through the bus address finds mappings that were forgotten, or not synchronised: under
//! `swiotlb=force` the data then is somewhere else.
//!
//! C header: [`include/linux/scatterlist.h`](srctree/include/linux/scatterlist.h)

use core::{ffi::c_void, marker::PhantomData, ptr};

use crate::{
    abi,
    lldd::{
        account::Violation,
        accounting::ACCOUNTING,
        buffer::Buffer, //
    },
    shim, //
};

/// The device of a port: null when it has none.
#[derive(Clone, Copy)]
pub(crate) struct Bus(pub(crate) *mut abi::device);

// SAFETY: Only passed to the DMA address translation, which reads constants of a device that its
// port keeps alive.
unsafe impl Send for Bus {}
// SAFETY: The device is not reached through shared references: they only copy its address.
unsafe impl Sync for Bus {}

impl Bus {
    /// No device: CPU addresses are used.
    pub(crate) const NONE: Self = Self(ptr::null_mut());

    /// Where the CPU finds what a transport gave as `address` for the device, and as `cpu` for
    /// everybody else.
    pub(crate) fn reach(self, address: abi::dma_addr_t, cpu: *mut c_void) -> *mut u8 {
        if self.0.is_null() {
            return cpu.cast();
        }
        if address == 0 || address == abi::dma_addr_t::MAX {
            ACCOUNTING.violation(Violation::NotMapped);
            return cpu.cast();
        }
        // SAFETY: The device is alive as long as its port; without an IOMMU bus addresses are
        // memory.
        unsafe { shim::dma_to_virt(self.0, address) }.cast()
    }
}

/// Runs of memory, one after the other.
#[derive(Clone, Copy)]
enum Runs {
    /// A scatterlist of a transport: first element, elements, its bus.
    List(*mut abi::scatterlist, u32, Bus),
    /// One piece of memory.
    Flat(*mut u8, usize),
}

/// Data of a command, to be copied from and to.
///
/// # Invariants
///
/// For `'a`, the memory is valid, and belongs to the LLDD to read and to write.
#[derive(Clone, Copy)]
pub(crate) struct Data<'a>(Runs, PhantomData<&'a ()>);

impl<'a> Data<'a> {
    /// The data behind a scatterlist of `count` elements.
    ///
    /// # Safety
    ///
    /// For `'a`, the list is valid, its memory the LLDD's to read and write; it is mapped if `bus`
    /// has a device, and its memory is in the linear map if not.
    pub(crate) unsafe fn list(sg: *mut abi::scatterlist, count: u32, bus: Bus) -> Self {
        // INVARIANT: As the caller promises.
        Self(Runs::List(sg, count, bus), PhantomData)
    }

    /// The data in a buffer.
    pub(crate) fn buffer(buffer: &'a Buffer) -> Self {
        // INVARIANT: The buffer is borrowed for as long, and its bytes may be written by anybody.
        Self(
            Runs::Flat(buffer.as_ptr().cast(), buffer.len()),
            PhantomData,
        )
    }

    /// Copies up to `to.len()` bytes from `offset` on; returns how many there were.
    pub(crate) fn read(self, offset: usize, to: &mut [u8]) -> usize {
        let sink = Self(Runs::Flat(to.as_mut_ptr(), to.len()), PhantomData);
        copy(self, offset, sink, 0, to.len())
    }

    /// Copies `from` to `offset`; returns how many bytes there was room for.
    pub(crate) fn write(self, offset: usize, from: &[u8]) -> usize {
        // Only read below, which is what the slice allows.
        let source = Self(
            Runs::Flat(from.as_ptr().cast_mut(), from.len()),
            PhantomData,
        );
        copy(source, 0, self, offset, from.len())
    }

    /// How many bytes there are.
    pub(crate) fn len(self) -> u64 {
        let mut cursor = Cursor::new(self, 0);
        let mut length = 0u64;
        loop {
            let (_, step) = cursor.run();
            if step == 0 {
                return length;
            }
            // CAST: A usize fits.
            length = length.saturating_add(step as u64);
            cursor.offset = cursor.offset.saturating_add(step);
        }
    }
}

/// Where a copy stands.
struct Cursor {
    /// What is left, valid while the [`Data`] is that it was made of.
    runs: Runs,
    /// Bytes of the first run that are behind us.
    offset: usize,
}

impl Cursor {
    /// A copy that begins at `offset`.
    fn new(data: Data<'_>, offset: usize) -> Self {
        Self {
            runs: data.0,
            offset,
        }
    }

    /// The rest of the run that the copy stands in, and its length; 0 at the end.
    fn run(&mut self) -> (*mut u8, usize) {
        loop {
            let (start, length) = match self.runs {
                Runs::List(sg, count, _) if count == 0 || sg.is_null() => {
                    return (ptr::null_mut(), 0)
                }
                Runs::List(sg, _, bus) if bus.0.is_null() => {
                    // SAFETY: An element of a list that is valid by the invariant of `Data`, in the
                    // linear map as there is no device.
                    let start = unsafe { shim::sg_virt(sg) };
                    // SAFETY: The same element. CAST: A u32 fits.
                    (start.cast(), unsafe { (*sg).length } as usize)
                }
                Runs::List(sg, _, bus) => {
                    // SAFETY: A mapped element, by the invariant of `Data`.
                    let (address, length) =
                        unsafe { (abi::sg_dma_address(sg), abi::sg_dma_len(sg)) };
                    // CAST: A u32 fits.
                    (bus.reach(address, ptr::null_mut()), length as usize)
                }
                Runs::Flat(_, 0) => return (ptr::null_mut(), 0),
                Runs::Flat(start, length) => (start, length),
            };
            if self.offset < length && !start.is_null() {
                // SAFETY: Inside the run.
                return (unsafe { start.add(self.offset) }, length - self.offset);
            }
            self.offset = self.offset.saturating_sub(length);
            self.runs = match self.runs {
                Runs::List(sg, count, bus) => {
                    // SAFETY: An element of a valid list; behind the last there is null.
                    let next = unsafe { abi::sg_next(sg) };
                    Runs::List(next, count.saturating_sub(1), bus)
                }
                Runs::Flat(..) => Runs::Flat(ptr::null_mut(), 0),
            };
        }
    }
}

/// Copies up to `length` bytes; returns how many there were on one side and room for on the other.
/// Context: any.
pub(crate) fn copy(
    from: Data<'_>,
    from_offset: usize,
    to: Data<'_>,
    to_offset: usize,
    length: usize,
) -> usize {
    let (mut from, mut to) = (Cursor::new(from, from_offset), Cursor::new(to, to_offset));
    let mut moved = 0;
    while moved < length {
        let ((source, there), (sink, room)) = (from.run(), to.run());
        let step = there.min(room).min(length - moved);
        if step == 0 {
            break;
        }
        // SAFETY: Both runs are that long, and belong to the LLDD by the invariant of `Data`; they
        // may overlap.
        unsafe { sink.copy_from(source, step) };
        from.offset += step;
        to.offset += step;
        moved += step;
    }
    moved
}
