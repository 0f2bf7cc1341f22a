// SPDX-License-Identifier: GPL-2.0

//! Target: cuts a command's data into operations for the LLDD.
//!
//! An operation takes whole scatterlist elements, at most as many as the LLDD
//! takes and at most [`MAX_SEQUENCE`] bytes of them. One element that is
//! longer goes alone and whole: a list cannot be cut inside an element
//! without a copy. No operation is empty.

#![deny(unsafe_code)]

/// Longest operation, in bytes, unless one element is longer.
pub const MAX_SEQUENCE: u32 = 256 * 1024;

/// What limits an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Scatterlist elements that the LLDD takes; 0 is taken as 1.
    pub elements: u32,
    /// Bytes, usually [`MAX_SEQUENCE`].
    pub bytes: u32,
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Bytes, at least 1.
    pub length: u32,
    /// Scatterlist elements, at least 1.
    pub elements: u32,
    /// Nothing is left after this one.
    pub last: bool,
}

/// The next operation for `total` bytes of which `offset` are moved.
/// `elements` gives the lengths of the scatterlist elements from there on.
///
/// `None` if nothing is left; or if there is no data in as many elements as
/// an operation takes: then the list is wrong, and the command has failed.
pub fn next<I>(total: u32, offset: u32, limits: Limits, elements: I) -> Option<Chunk>
where
    I: IntoIterator<Item = u32>,
{
    let left = total.checked_sub(offset).filter(|left| *left != 0)?;
    let mut length: u32 = 0;
    let mut count: u32 = 0;

    for element in elements {
        // The list may be longer than the data that is in it.
        let more = element.min(left.saturating_sub(length));
        let longer = length.saturating_add(more);

        // The first element goes in any case, and so does the first with data.
        if count != 0 && count >= limits.elements || length != 0 && longer > limits.bytes {
            break;
        }
        count = count.saturating_add(1);
        length = longer;
        if length == left {
            break;
        }
    }
    // An operation may contain empty elements, but not consist of them.
    (length != 0).then_some(Chunk {
        length,
        elements: count,
        last: length == left,
    })
}

/// [`next`] in constant time, for a list whose elements all have `element`
/// bytes except for the last, and an `offset` between two elements.
///
/// `None` if nothing is left.
#[inline]
pub fn next_uniform(total: u32, offset: u32, limits: Limits, element: u32) -> Option<Chunk> {
    let left = total.checked_sub(offset).filter(|left| *left != 0)?;
    if left <= element {
        return Some(Chunk {
            length: left,
            elements: 1,
            last: true,
        });
    }
    let fitting = limits.bytes.checked_div(element)?;
    let all = left.div_ceil(element);
    let count = if left <= limits.bytes { all } else { fitting }
        .min(limits.elements)
        .max(1)
        .min(all);
    let length = count.saturating_mul(element).min(left);

    Some(Chunk {
        length,
        elements: count,
        last: length == left,
    })
}
