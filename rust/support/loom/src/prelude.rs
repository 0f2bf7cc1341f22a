// SPDX-License-Identifier: GPL-2.0

//! `kernel::prelude`, and the initialisers: here closures that make the value.

use std::convert::Infallible;

pub(crate) use core::ffi::{c_int, CStr};
pub(crate) use nvme_fc_loom_macros::pin_data;

use crate::alloc::Flags;
pub(crate) use crate::{pin_init, try_pin_init};

/// An errno.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Error(c_int);

pub(crate) const GFP_KERNEL: Flags = Flags;
pub(crate) const EBUSY: Error = Error(-16);
pub(crate) const ENOTCONN: Error = Error(-107);

pub(crate) type Result<T = (), E = Error> = core::result::Result<T, E>;

impl Error {
    pub(crate) const fn to_errno(self) -> c_int {
        self.0
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// An initialiser.
pub(crate) trait PinInit<T, E = Infallible> {
    /// Makes the value.
    fn make(self) -> Result<T, E>;
}

impl<T, E, F: FnOnce() -> Result<T, E>> PinInit<T, E> for F {
    fn make(self) -> Result<T, E> {
        self()
    }
}

/// The fields of a struct one after the other, each `field: value` or
/// `field <- initialiser`.
#[macro_export]
macro_rules! init_fields {
    ($this:ident [$($done:tt)*]) => { $this { $($done)* } };
    ($this:ident [$($done:tt)*] $field:ident <- $init:expr, $($rest:tt)*) => {
        $crate::init_fields!($this [
            $($done)* $field: $crate::prelude::PinInit::make($init)?,
        ] $($rest)*)
    };
    ($this:ident [$($done:tt)*] $field:ident: $value:expr, $($rest:tt)*) => {
        $crate::init_fields!($this [$($done)* $field: $value,] $($rest)*)
    };
}

/// An initialiser that cannot fail.
#[macro_export]
macro_rules! pin_init {
    ($this:ident { $($fields:tt)* }) => {
        move || -> ::core::result::Result<$this, ::core::convert::Infallible> {
            Ok($crate::init_fields!($this [] $($fields)*))
        }
    };
}

/// An initialiser that can.
#[macro_export]
macro_rules! try_pin_init {
    ($this:ident { $($fields:tt)* }) => {
        move || -> $crate::prelude::Result<$this> {
            Ok($crate::init_fields!($this [] $($fields)*))
        }
    };
}

/// A spinlock.
#[macro_export]
macro_rules! new_spinlock_irq {
    ($value:expr, $name:literal) => {
        || -> ::core::result::Result<_, ::core::convert::Infallible> {
            Ok($crate::sync::SpinLockIrq::new($value))
        }
    };
}
