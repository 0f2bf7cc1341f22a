// SPDX-License-Identifier: GPL-2.0

//! A number that stands for several strings where one is looked for among many:
//! FNV-1a of 64 bits.
//!
//! Equal strings have equal numbers. Different ones may have, so that who finds
//! the number has to compare the strings; nothing here withstands somebody who
//! looks for such.

#![deny(unsafe_code)]

/// The number of no string at all.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
/// What is multiplied by after each byte.
const PRIME: u64 = 0x100_0000_01b3;

/// The number of these strings, in this order. Each ends with a zero byte, so
/// that where one ends and the next begins makes a difference.
pub fn fingerprint(strings: &[&[u8]]) -> u64 {
    let add = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(PRIME);

    strings.iter().fold(BASIS, |sum, string| {
        add(string.iter().fold(sum, |sum, byte| add(sum, *byte)), 0)
    })
}
