// SPDX-License-Identifier: GPL-2.0

//! Wrappers of kernel facilities that the kernel crate lacks. They know nothing
//! of NVMe, and next to nothing of each other.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "reads and writes what others change")]
pub(crate) mod access;
#[allow(unsafe_code, reason = "prints by C")]
pub(crate) mod announce;
#[allow(unsafe_code, reason = "wraps struct device_attribute")]
pub(crate) mod attributes;
#[allow(unsafe_code, reason = "a part that points at its whole")]
pub(crate) mod backref;
pub(crate) mod books;
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
#[allow(unsafe_code, reason = "wraps the cgroup code")]
pub(crate) mod cgroup;
#[allow(unsafe_code, reason = "wraps struct class")]
pub(crate) mod class;
#[allow(unsafe_code, reason = "wraps struct completion")]
pub(crate) mod completion;
#[allow(unsafe_code, reason = "reads masks of CPUs")]
pub(crate) mod cpus;
#[allow(unsafe_code, reason = "wraps debugfs and seq_file")]
pub(crate) mod debugfs;
pub(crate) mod departures;
#[allow(unsafe_code, reason = "wraps struct device")]
pub(crate) mod device;
#[allow(unsafe_code, reason = "wraps the streaming DMA API")]
pub(crate) mod dma;
#[allow(unsafe_code, reason = "refers to a part of an object")]
pub(crate) mod held;
#[allow(unsafe_code, reason = "wraps struct ida")]
pub(crate) mod ida;
#[allow(unsafe_code, reason = "lists of what others own")]
pub(crate) mod links;
#[allow(unsafe_code, reason = "maps memory for DMA")]
pub(crate) mod mapped;
pub(crate) mod mark;
#[allow(unsafe_code, reason = "wraps si_meminfo()")]
pub(crate) mod memory;
#[allow(unsafe_code, reason = "counts references to a module")]
pub(crate) mod module_ref;
#[allow(unsafe_code, reason = "changes a flag of the thread")]
pub(crate) mod noio;
pub(crate) mod paged;
#[allow(unsafe_code, reason = "wraps struct blk_mq_queue_map")]
pub(crate) mod queue_map;
#[allow(unsafe_code, reason = "wraps get_random_bytes()")]
pub(crate) mod random;
#[allow(unsafe_code, reason = "reads jiffies")]
pub(crate) mod ratelimit;
#[allow(unsafe_code, reason = "RCU-protected chains")]
pub(crate) mod rcu_table;
pub(crate) mod ring;
#[allow(unsafe_code, reason = "wraps scatterlists")]
pub(crate) mod scatterlist;
#[allow(unsafe_code, reason = "wraps chained scatterlists")]
pub(crate) mod sg_chain;
pub(crate) mod state_word;
#[allow(unsafe_code, reason = "mutexes that nobody makes ready")]
pub(crate) mod static_mutex;
pub(crate) mod submit_gate;
#[allow(unsafe_code, reason = "calls tracepoints that C defines")]
pub(crate) mod trace;
#[allow(unsafe_code, reason = "says what may be copied between threads")]
pub(crate) mod word;
#[allow(unsafe_code, reason = "wraps cancel and flush of work items")]
pub(crate) mod work;
#[allow(unsafe_code, reason = "wraps struct workqueue_struct")]
pub(crate) mod workqueue;
