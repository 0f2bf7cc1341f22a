// SPDX-License-Identifier: GPL-2.0

//! The words that user space writes: `key=value` pairs, numbers and bytes.

#![deny(unsafe_code)]

/// Why a word was refused, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal<'a> {
    /// The word as it was written.
    pub(crate) word: &'a str,
    /// What is wrong with it.
    pub(crate) why: Why,
}

/// What is wrong with a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// No such key here.
    UnknownKey,
    /// The value does not fit the key.
    BadValue,
    /// More of them than there is room for.
    TooMany,
    /// A key that has to be there is missing; `word` names it.
    Missing,
}

impl Why {
    /// The reason, for a log line.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown key",
            Self::BadValue => "bad value",
            Self::TooMany => "too many of these",
            Self::Missing => "this key is missing",
        }
    }
}

/// One word of a line, split at its first `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair<'a> {
    /// The whole word.
    pub(crate) word: &'a str,
    /// What stands before `=`, or the whole word.
    pub(crate) key: &'a str,
    /// What stands behind `=`, or nothing.
    pub(crate) value: &'a str,
}

impl<'a> Pair<'a> {
    /// The refusal of this word.
    pub(crate) fn refuse(&self, why: Why) -> Refusal<'a> {
        Refusal {
            word: self.word,
            why,
        }
    }

    /// The value as a number that fits `T`.
    pub(crate) fn number<T: TryFrom<u64>>(&self) -> Result<T, Refusal<'a>> {
        number(self.value)
            .and_then(|value| T::try_from(value).ok())
            .ok_or_else(|| self.refuse(Why::BadValue))
    }

    /// The value as a number with a sign.
    pub(crate) fn signed(&self) -> Result<i32, Refusal<'a>> {
        signed(self.value).ok_or_else(|| self.refuse(Why::BadValue))
    }

    /// The value as yes (`1`, or the key alone) or no (`0`).
    pub(crate) fn flag(&self) -> Result<bool, Refusal<'a>> {
        match self.value {
            "1" | "" => Ok(true),
            "0" => Ok(false),
            _ => Err(self.refuse(Why::BadValue)),
        }
    }
}

/// The words of a line, in order.
pub(crate) fn pairs(line: &str) -> impl Iterator<Item = Pair<'_>> {
    line.split_ascii_whitespace().map(|word| {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        Pair { word, key, value }
    })
}

/// A number, decimal or with `0x` in front.
pub(crate) fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            u64::from_str_radix(digits, 16).ok()
        }
        Some(_) => None,
        None if text.bytes().all(|digit| digit.is_ascii_digit()) => text.parse().ok(),
        None => None,
    }
}

/// A number that may have a minus in front.
pub(crate) fn signed(text: &str) -> Option<i32> {
    match text.strip_prefix('-') {
        Some(digits) => number(digits)
            .and_then(|value| i32::try_from(value).ok())
            .map(|v| -v),
        None => number(text).and_then(|value| i32::try_from(value).ok()),
    }
}

/// The value of one hexadecimal digit.
fn digit(byte: u8) -> Option<u8> {
    // CAST: A digit is below 16.
    char::from(byte).to_digit(16).map(|value| value as u8)
}

/// Decodes pairs of hexadecimal digits into `to`; returns how many bytes that
/// made. `None` for an odd number of digits, another character, or no room.
pub(crate) fn bytes(text: &str, to: &mut [u8]) -> Option<usize> {
    let text = text.as_bytes();
    if text.len() % 2 != 0 || text.len() / 2 > to.len() {
        return None;
    }
    for (slot, pair) in to.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *slot = digit(*high)? << 4 | digit(*low)?;
    }
    Some(text.len() / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("17"), Some(17));
        assert_eq!(number("0x1f"), Some(31));
        assert_eq!(number("0xffffffffffffffff"), Some(u64::MAX));
        for bad in [
            "",
            "0x",
            "+1",
            "1f",
            "0x10000000000000000",
            "0x-1",
            "-1",
            " 1",
        ] {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert_eq!(signed("-5"), Some(-5));
        assert_eq!(signed("2147483648"), None);
        assert_eq!(signed("--5"), None);
    }

    #[test]
    fn hexadecimal() {
        let mut to = [0; 3];
        assert_eq!(bytes("01fF", &mut to), Some(2));
        assert_eq!(to, [1, 0xff, 0]);
        assert_eq!(bytes("", &mut to), Some(0));
        for bad in ["1", "0g", "+1", "00000000"] {
            assert_eq!(bytes(bad, &mut to), None, "{bad}");
        }
    }

    #[test]
    fn words() {
        let mut words = pairs(" a=1  b c=d=e ");
        assert_eq!(words.next().map(|p| (p.key, p.value)), Some(("a", "1")));
        assert_eq!(words.next().map(|p| (p.key, p.value)), Some(("b", "")));
        assert_eq!(words.next().map(|p| (p.key, p.value)), Some(("c", "d=e")));
        assert_eq!(words.next(), None);
    }
}
