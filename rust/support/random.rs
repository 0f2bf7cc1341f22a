// SPDX-License-Identifier: GPL-2.0

//! Random numbers for identifiers that a peer must not guess.
//!
//! C header: [`include/linux/random.h`](srctree/include/linux/random.h)

use core::mem;

use crate::abi;

/// 64 bits from the kernel's random number generator. Context: any.
pub(crate) fn random_u64() -> u64 {
    let mut value = 0u64;
    // SAFETY: `value` is valid for that many bytes.
    unsafe {
        abi::get_random_bytes(
            core::ptr::from_mut(&mut value).cast(),
            mem::size_of::<u64>(),
        )
    };
    value
}
