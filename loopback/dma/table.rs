// SPDX-License-Identifier: GPL-2.0

//! Mappings of devices whose IOMMU is this module: each is a bounce buffer.
//!
//! The device sees what was in memory when the mapping was made or last
//! synchronised, and memory sees what the device wrote when it is synchronised
//! or undone: a transport that forgets either gets wrong data.

use core::ptr;

use kernel::{
    prelude::*,
    rbtree::{RBTree, RBTreeNode},
    sync::{
        atomic::{Atomic, Full},
        global_lock,
        Arc, //
    },
};

use crate::{
    abi,
    lldd::{
        account::{
            Account,
            Violation, //
        },
        accounting::ACCOUNTING, //
    },
    shim, //
};

/// A piece of memory that a mapping stands for.
#[derive(Clone, Copy)]
pub(crate) struct Piece {
    /// Where it is.
    pub(crate) start: *mut u8,
    /// Its length.
    pub(crate) length: usize,
}

/// One mapping.
pub(crate) struct Mapping {
    /// The device.
    device: usize,
    /// What it stands for, in order.
    pieces: KVec<Piece>,
    /// What the device sees.
    bounce: KVec<u8>,
    /// Where that is.
    start: *mut u8,
    /// Which way data goes.
    direction: abi::dma_data_direction,
}

// SAFETY: The memory belongs to the mapping, or is lent to it by the transport
// until it undoes the mapping.
unsafe impl Send for Mapping {}
// SAFETY: Shared references only copy bytes by address, which may race with the transport: its error.
unsafe impl Sync for Mapping {}

/// Mappings by bus address.
type Table = Option<RBTree<u64, Arc<Mapping>>>;

global_lock! {
    // SAFETY: `init` is called before anything else, once.
    unsafe(uninit) static MAPPINGS: SpinLockIrq<Table> = None;
}

/// Whether the lock has been made.
static MADE: Atomic<bool> = Atomic::new(false);

/// Makes the table: among the first things that the module does.
pub(crate) fn init() {
    if MADE.xchg(true, Full) {
        return;
    }
    // SAFETY: The flag says that this is the first time, and no device exists.
    unsafe { MAPPINGS.init() };
    *MAPPINGS.lock() = Some(RBTree::new());
}

/// Empties the table, when the module goes.
pub(crate) fn clear() {
    let table = MAPPINGS.lock().take();
    drop(table);
}

impl Mapping {
    /// Copies memory to what the device sees.
    fn write_bounce(&self) {
        let mut to = self.start;
        for piece in &self.pieces {
            // SAFETY: The bounce buffer is as long as all pieces together.
            unsafe {
                ptr::copy_nonoverlapping(piece.start, to, piece.length);
                to = to.add(piece.length);
            }
        }
    }

    /// Copies what the device sees to memory.
    fn read_bounce(&self) {
        let mut from = self.start;
        for piece in &self.pieces {
            // SAFETY: The bounce buffer is as long as all pieces together.
            unsafe {
                ptr::copy_nonoverlapping(from, piece.start, piece.length);
                from = from.add(piece.length);
            }
        }
    }

    /// Hands the memory to the CPU.
    fn for_cpu(&self) {
        if self.direction != abi::dma_data_direction::DMA_TO_DEVICE {
            self.read_bounce();
        }
    }

    /// Hands the memory to the device.
    fn for_device(&self) {
        if self.direction != abi::dma_data_direction::DMA_FROM_DEVICE {
            self.write_bounce();
        }
    }
}

/// Maps `pieces` for `device`; returns the bus address. Context: any.
pub(crate) fn map(
    device: *mut abi::device,
    pieces: KVec<Piece>,
    direction: abi::dma_data_direction,
) -> Result<u64> {
    let length = pieces
        .iter()
        .fold(0usize, |sum, piece| sum.saturating_add(piece.length));
    // Not zero: what a device reads before it was synchronised is garbage.
    let bounce = KVec::from_elem(0xdbu8, length.max(1), GFP_ATOMIC)?;
    enter(device, pieces, bounce, direction).map(|(_, address)| address)
}

/// Zeroed memory that CPU and device see alike, and its bus address. Undone by
/// [`unmap`]. Context: any.
pub(crate) fn allocate(device: *mut abi::device, length: usize) -> Result<(*mut u8, u64)> {
    let memory = KVec::from_elem(0u8, length.max(1), GFP_ATOMIC)?;
    let both = abi::dma_data_direction::DMA_BIDIRECTIONAL;
    enter(device, KVec::new(), memory, both)
}

/// Enters a mapping; returns what the device sees, for CPU and device.
fn enter(
    device: *mut abi::device,
    pieces: KVec<Piece>,
    mut bounce: KVec<u8>,
    direction: abi::dma_data_direction,
) -> Result<(*mut u8, u64)> {
    let start = bounce.as_mut_ptr();
    let mapping = Arc::new(
        Mapping {
            device: device as usize,
            pieces,
            bounce,
            start,
            direction,
        },
        GFP_ATOMIC,
    )?;
    if direction != abi::dma_data_direction::DMA_FROM_DEVICE {
        mapping.write_bounce();
    }
    // SAFETY: The buffer is in the linear map.
    let address = unsafe { shim::virt_to_phys(start.cast()) };
    let node = RBTreeNode::new(address, mapping, GFP_ATOMIC)?;
    let mut table = MAPPINGS.lock();
    let old = table.as_mut().and_then(|table| table.insert(node));
    drop(table);
    drop(old);
    ACCOUNTING.open(Account::Mappings);
    Ok((start, address))
}

/// The mapping that has `address` in it.
fn find(address: u64) -> Option<Arc<Mapping>> {
    let table = MAPPINGS.lock();
    let table = table.as_ref()?;
    if let Some(mapping) = table.get(&address) {
        return Some(mapping.clone());
    }
    // Inside a mapping, which transports may synchronise in part. CAST: The
    // length of a buffer.
    table
        .iter()
        .find(|(start, mapping)| {
            (**start..start.saturating_add(mapping.bounce.len() as u64)).contains(&address)
        })
        .map(|(_, mapping)| mapping.clone())
}

/// Undoes the mapping at `address`; returns how many pieces it had. Context:
/// any.
pub(crate) fn unmap(device: *mut abi::device, address: u64, length: Option<usize>) -> usize {
    let mut table = MAPPINGS.lock();
    let node = table.as_mut().and_then(|table| table.remove_node(&address));
    drop(table);
    let Some((_, mapping)) = node.map(RBTreeNode::to_key_value) else {
        ACCOUNTING.violation(Violation::BadUnmap);
        return 0;
    };
    let same = length.is_none_or(|length| length.max(1) == mapping.bounce.len());
    if mapping.device != device as usize || !same {
        ACCOUNTING.violation(Violation::BadUnmap);
    }
    mapping.for_cpu();
    ACCOUNTING.close(Account::Mappings);
    mapping.pieces.len()
}

/// Hands the memory mapped at `address` to the CPU or to the device. Context:
/// any.
pub(crate) fn sync(address: u64, for_cpu: bool) -> usize {
    let Some(mapping) = find(address) else {
        ACCOUNTING.violation(Violation::BadUnmap);
        return 0;
    };
    if for_cpu {
        mapping.for_cpu();
    } else {
        mapping.for_device();
    }
    mapping.pieces.len()
}

/// Notes a violation if `device`, which goes away, has mappings left.
pub(crate) fn expect_none(device: *mut abi::device) {
    let table = MAPPINGS.lock();
    let left = table.as_ref().is_some_and(|table| {
        table
            .values()
            .any(|mapping| mapping.device == device as usize)
    });
    drop(table);
    if left {
        ACCOUNTING.violation(Violation::MappingLeft);
    }
}
