// SPDX-License-Identifier: GPL-2.0

//! Host: what is written to `appid_store`, `<cgroup id>:<application id>`.

#![deny(unsafe_code)]

/// Bytes of an application identifier, terminator included.
pub const APPID_LENGTH: usize = 129;
/// Characters of a cgroup identifier, at most, with all that may be before it.
const CGROUP_CHARACTERS: usize = 16;

/// Takes what was written apart: cgroup identifier, and application identifier.
/// `None` if that is not what it is.
pub fn parse(text: &[u8]) -> Option<(u64, &[u8])> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let at = text.iter().position(|byte| *byte == b':')?;
    let (number, rest) = text.split_at_checked(at)?;
    let name = rest.strip_prefix(b":")?;

    if number.len() > CGROUP_CHARACTERS || name.len() > APPID_LENGTH {
        return None;
    }
    Some((cgroup(number)?, name))
}

/// A number in base 16 as `kstrtou64()` takes it: a plus sign and `0x` may come
/// first, in this order.
fn cgroup(number: &[u8]) -> Option<u64> {
    let number = number.strip_prefix(b"+").unwrap_or(number);
    let digits = match number {
        [b'0', b'x' | b'X', digits @ ..] => digits,
        digits => digits,
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for digit in digits {
        let digit = char::from(*digit).to_digit(16)?;
        value = value.checked_mul(16)?.checked_add(u64::from(digit))?;
    }
    Some(value)
}
