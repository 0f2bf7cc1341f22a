// SPDX-License-Identifier: GPL-2.0

//! What the user asked for when connecting.
//!
//! C header: `drivers/nvme/host/fabrics.h`

use kernel::prelude::*;

use crate::abi;

/// Parsed options of a controller. Some change while it lives, through sysfs.
///
/// # Invariants
///
/// `raw` are options that nvme-fabrics parsed and that are not freed before
/// the controller that they belong to.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// The C object.
    raw: *mut abi::nvmf_ctrl_options,
}

/// Defines accessors of single words.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident: $field:ident: $type:ty;)*) => {
        $(
            $(#[$meta])*
            pub(crate) fn $name(&self) -> $type {
                // SAFETY: Valid, by the type's invariant.
                unsafe { (&raw const (*self.raw).$field).read_volatile() }
            }
        )*
    };
}

/// Defines accessors of strings.
macro_rules! strings {
    ($($(#[$meta:meta])* $name:ident: $($field:ident).+;)*) => {
        $(
            $(#[$meta])*
            pub(crate) fn $name(&self) -> &CStr {
                // SAFETY: Valid, by the type's invariant; nvme-fabrics checked
                // that required options are there.
                let text = unsafe { strings!(@path self.raw, $($field).+) };
                // SAFETY: A string of the options, which nvme-fabrics parsed and terminated; it
                // lives as long as they do.
                unsafe { CStr::from_char_ptr(text) }
            }
        )*
    };
    (@path $raw:expr, $field:ident) => { (*$raw).$field };
    (@path $raw:expr, host.nqn) => { (&raw const (*(*$raw).host).nqn).cast() };
}

impl Options {
    /// Wraps parsed options.
    ///
    /// # Safety
    ///
    /// They outlive every use of the result.
    pub(crate) unsafe fn new(raw: *mut abi::nvmf_ctrl_options) -> Self {
        // INVARIANT: As the caller promises.
        Self { raw }
    }

    /// The C object.
    pub(crate) fn as_raw(&self) -> *mut abi::nvmf_ctrl_options {
        self.raw
    }

    words! {
        /// I/O queues wanted.
        io_queues: nr_io_queues: c_uint;
        /// Entries of an I/O queue wanted.
        queue_size: queue_size: usize;
        /// Keep-alive timeout, seconds.
        keep_alive: kato: c_uint;
        /// Whether a second controller of the same kind is wanted.
        duplicate_connect: duplicate_connect: bool;
        /// Seconds between attempts to connect.
        reconnect_delay: reconnect_delay: c_uint;
        /// Attempts to connect; -1 for no limit.
        max_reconnects: max_reconnects: c_int;
    }

    strings! {
        /// Address of the target port.
        traddr: traddr;
        /// Address of the host port.
        host_traddr: host_traddr;
        /// Name of the subsystem.
        subsystem_nqn: subsysnqn;
        /// Name of the host.
        host_nqn: host.nqn;
    }

    /// Identifier of the host.
    pub(crate) fn host_id(&self) -> &[u8; 16] {
        // SAFETY: Valid, by the type's invariant; a UUID is 16 bytes.
        unsafe { &*(&raw const (*(*self.raw).host).id).cast() }
    }

    /// Changes delay and limit of attempts. Context: nobody else knows the
    /// controller yet.
    pub(crate) fn set_reconnect(&self, delay: c_uint, attempts: c_int) {
        // SAFETY: Valid, by the type's invariant.
        unsafe {
            (*self.raw).reconnect_delay = delay;
            (*self.raw).max_reconnects = attempts;
        }
    }

    /// Shows the queue size that is in use.
    pub(crate) fn set_queue_size(&self, entries: u16) {
        // SAFETY: Valid, by the type's invariant.
        unsafe { (*self.raw).queue_size = usize::from(entries) };
    }

    /// Frees the options.
    ///
    /// # Safety
    ///
    /// They are the caller's, and nobody uses them any more.
    pub(crate) unsafe fn free(self) {
        // SAFETY: As the caller promises.
        unsafe { abi::nvmf_free_options(self.raw) };
    }
}
