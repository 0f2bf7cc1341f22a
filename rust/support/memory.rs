// SPDX-License-Identifier: GPL-2.0

//! How much memory the machine has, meant for `rust/kernel/mm.rs`.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use crate::abi;

/// The machine's memory, bytes. Context: any.
pub(crate) fn total_bytes() -> u64 {
    let mut info = abi::sysinfo::default();
    // SAFETY: The structure is valid for writes.
    unsafe { abi::si_meminfo(&mut info) };
    // CAST: 64 bits here.
    (info.totalram as u64).saturating_mul(u64::from(info.mem_unit))
}
