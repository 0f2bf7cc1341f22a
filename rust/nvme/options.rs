// SPDX-License-Identifier: GPL-2.0

//! What the user asked for when connecting, meant for
//! `rust/kernel/nvme/options.rs`.
//!
//! C header: `drivers/nvme/host/fabrics.h`

use kernel::{
    prelude::*,
    types::Opaque, //
};

use crate::{
    abi,
    shared::proto::fingerprint::fingerprint, //
};

/// Parsed options of a controller. Some change while it lives, through sysfs.
///
/// # Invariants
///
/// nvme-fabrics parsed them.
#[repr(transparent)]
pub(crate) struct Options(Opaque<abi::nvmf_ctrl_options>);

/// Defines accessors of single words.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident: $field:ident: $type:ty;)*) => {
        $(
            $(#[$meta])*
            pub(crate) fn $name(&self) -> $type {
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw const (*self.0.get()).$field).read_volatile() }
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
                // SAFETY: The struct is valid as long as `self`; nvme-fabrics
                // checked that required options are there.
                let text = unsafe { strings!(@path self.0.get(), $($field).+) };
                // SAFETY: A string of the options, which nvme-fabrics parsed and
                // terminated; it lives as long as they do.
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
    /// nvme-fabrics parsed them, and they stay valid for `'a`.
    pub(super) unsafe fn from_raw<'a>(raw: *mut abi::nvmf_ctrl_options) -> &'a Self {
        // SAFETY: Valid, by this function's contract; the type is transparent.
        unsafe { &*raw.cast() }
    }

    /// The C object.
    pub(super) fn as_raw(&self) -> *mut abi::nvmf_ctrl_options {
        self.0.get()
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
        // SAFETY: The struct is valid as long as `self`, and so is its host; a
        // UUID is 16 bytes.
        unsafe { &*(&raw const (*(*self.0.get()).host).id).cast() }
    }

    /// A number that options of controllers for which `matches_options` holds
    /// have in common; none of what it is made of ever changes.
    pub(crate) fn fingerprint(&self) -> u64 {
        fingerprint(&[
            self.subsystem_nqn().to_bytes(),
            self.host_nqn().to_bytes(),
            self.host_id(),
        ])
    }

    /// Changes delay and limit of attempts. Context: nobody else knows the
    /// controller yet.
    pub(crate) fn set_reconnect(&self, delay: c_uint, attempts: c_int) {
        let raw = self.0.get();
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw mut (*raw).reconnect_delay).write_volatile(delay) };
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw mut (*raw).max_reconnects).write_volatile(attempts) };
    }

    /// Shows the queue size that is in use.
    pub(crate) fn set_queue_size(&self, entries: u16) {
        let entries = usize::from(entries);
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw mut (*self.0.get()).queue_size).write_volatile(entries) };
    }
}
