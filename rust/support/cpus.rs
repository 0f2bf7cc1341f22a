// SPDX-License-Identifier: GPL-2.0

//! Which CPUs there are, for `rust/kernel/cpumask.rs`.
//!
//! C headers: [`include/linux/cpumask.h`](srctree/include/linux/cpumask.h),
//! [`include/linux/sched/isolation.h`](srctree/include/linux/sched/isolation.h)

use kernel::sync::rcu;

use crate::abi;

/// One more than the highest number of a CPU.
pub(crate) fn ids() -> usize {
    // SAFETY: Reads what does not change after boot. CAST: A u32 fits a usize.
    unsafe { abi::nvme_fc_shim_cpu_ids() as usize }
}

/// Whether a CPU, below [`ids`], is in use: online and not about to go, when the
/// block layer gives out no requests for it any more; and not isolated, as the
/// block layer takes isolated ones out of its hardware contexts. It may change at
/// any time. Context: any.
pub(crate) fn is_in_use(cpu: usize) -> bool {
    // Which CPUs are isolated may change, but not what is read here meanwhile.
    let _masks = rcu::read_lock();
    // SAFETY: A CPU's number. CAST: It came from a u32.
    cpu < ids() && unsafe { abi::nvme_fc_shim_cpu_in_use(cpu as u32) }
}

/// CPUs that are in use, at least 1. Context: any.
pub(crate) fn in_use() -> u32 {
    let count = (0..ids()).filter(|cpu| is_in_use(*cpu)).count();
    u32::try_from(count).unwrap_or(1).max(1)
}
