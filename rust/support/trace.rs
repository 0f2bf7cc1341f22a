// SPDX-License-Identifier: GPL-2.0

//! Tracepoints that C defines with `CREATE_RUST_TRACE_POINTS`, meant for
//! `rust/kernel/tracepoint.rs`, whose macro reaches those alone that the kernel
//! crate's own bindings know.
//!
//! A site is one static branch: a nop while the event is off. What the event
//! says is gathered in a function of its own, which runs while it is on.
//!
//! C header: [`include/linux/tracepoint.h`](srctree/include/linux/tracepoint.h)

use core::{
    ffi::c_void,
    marker::PhantomData, //
};

use kernel::{
    ffi::c_char,
    prelude::*, //
};

use crate::abi;

/// What a field is passed as.
///
/// # Safety
///
/// What is passed can be read for as long as `self` lives: a string up to its
/// NUL. A pointer of another type is not followed.
pub(crate) unsafe trait Field {
    /// The C type.
    type Raw;

    /// The value in C.
    fn raw(&self) -> Self::Raw;
}

macro_rules! numbers {
    ($($type:ty),* $(,)?) => {$(
        // SAFETY: Numbers are not read through.
        unsafe impl Field for $type {
            type Raw = Self;

            #[inline(always)]
            fn raw(&self) -> Self {
                *self
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, i32);

// SAFETY: It ends with a NUL, and lives as long as `self`.
unsafe impl Field for &CStr {
    type Raw = *const c_char;

    #[inline(always)]
    fn raw(&self) -> *const c_char {
        self.as_char_ptr()
    }
}

/// A text that does not end with a NUL.
pub(crate) struct Text<'a> {
    /// What C gets.
    raw: abi::nvme_fc_rs_text,
    /// What that points at.
    _text: PhantomData<&'a str>,
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self {
            raw: abi::nvme_fc_rs_text {
                start: text.as_ptr().cast(),
                length: text.len(),
            },
            _text: PhantomData,
        }
    }
}

// SAFETY: It points at a text that outlives `self`.
unsafe impl Field for Text<'_> {
    type Raw = *const abi::nvme_fc_rs_text;

    #[inline(always)]
    fn raw(&self) -> Self::Raw {
        &raw const self.raw
    }
}

/// An object's address, by which events tell it from others.
#[derive(Clone, Copy)]
pub(crate) struct Identity(*const c_void);

impl Identity {
    /// That of an object.
    pub(crate) fn of<T>(object: &T) -> Self {
        Self::of_pointer(object)
    }

    /// That of an object somewhere.
    pub(crate) fn of_pointer<T>(object: *const T) -> Self {
        Self(object.cast())
    }
}

// SAFETY: Not followed.
unsafe impl Field for Identity {
    type Raw = *const c_void;

    #[inline(always)]
    fn raw(&self) -> *const c_void {
        self.0
    }
}

/// For each event a struct of its fields, in the order of `TP_PROTO`, and the
/// function of its sites, which takes what fills the struct in.
///
/// `C NAME | function(Struct { field: type, .. });`
macro_rules! events {
    ($(
        $(#[$doc:meta])*
        $name:ident | $site:ident($fields:ident $(<$life:lifetime>)? {
            $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
        });
    )*) => {$(
        $(#[$doc])*
        #[cfg_attr(not(CONFIG_TRACEPOINTS), allow(dead_code, reason = "nobody asks"))]
        pub(crate) struct $fields $(<$life>)? {
            $($(#[$field_doc])* pub(crate) $field: $type,)*
        }

        $(#[$doc])*
        ///
        /// Context: any.
        #[allow(unsafe_code, reason = "argued for in `support::trace`")]
        #[inline(always)]
        pub(crate) fn $site $(<$life>)? (fields: impl FnOnce() -> $fields $(<$life>)?) {
            #[cfg(CONFIG_TRACEPOINTS)]
            #[cold]
            #[inline(never)]
            fn emit $(<$life>)? (fields: impl FnOnce() -> $fields $(<$life>)?) {
                let fields = fields();
                ::kernel::macros::paste! {
                    // SAFETY: The compiler has compared the types. What is pointed at
                    // is valid for the call, by what `Field` promises.
                    unsafe {
                        $crate::abi::[<rust_do_trace_ $name>](
                            $($crate::shared::support::trace::Field::raw(&fields.$field)),*
                        )
                    };
                }
            }

            #[cfg(CONFIG_TRACEPOINTS)]
            {
                // SAFETY: A static key that C defines.
                let is_on = unsafe {
                    ::kernel::macros::paste! {
                        ::kernel::jump_label::static_branch_unlikely!(
                            $crate::abi::[<__tracepoint_ $name>],
                            $crate::abi::tracepoint,
                            key
                        )
                    }
                };
                if is_on {
                    emit(fields);
                }
            }
            #[cfg(not(CONFIG_TRACEPOINTS))]
            let _ = fields;
        }
    )*};
}
pub(crate) use events;
