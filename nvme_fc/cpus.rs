// SPDX-License-Identifier: GPL-2.0

//! How many CPUs there are.
//!
//! C header: [`include/linux/cpumask.h`](srctree/include/linux/cpumask.h)

use crate::abi;

/// CPUs that are online. Context: any.
pub(crate) fn online() -> u32 {
    // SAFETY: A counter that is always readable.
    let count = unsafe {
        (&raw const abi::__num_online_cpus)
            .cast::<i32>()
            .read_volatile()
    };
    u32::try_from(count).unwrap_or(1)
}
