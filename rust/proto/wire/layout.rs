// SPDX-License-Identifier: GPL-2.0

//! The check that a structure lies as the standard has it.

#![deny(unsafe_code)]

/// Asserts a structure's size and the offsets of some of its fields.
macro_rules! layout {
    ($t:ty, $size:literal $(, $($field:ident).+ @ $offset:literal)*) => {
        const _: () = {
            assert!(core::mem::size_of::<$t>() == $size);
            assert!(core::mem::align_of::<$t>() == 1);
            $(assert!(core::mem::offset_of!($t, $($field).+) == $offset);)*
        };
    };
}
pub(super) use layout;
