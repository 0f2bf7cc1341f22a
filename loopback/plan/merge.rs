// SPDX-License-Identifier: GPL-2.0

//! How an IOMMU merges the elements of a scatterlist: as many as fit into one
//! segment of the device.

#![deny(unsafe_code)]

/// Longest segment that is made of several elements, bytes.
const SEGMENT: u64 = 64 << 10;

/// How many of the first elements, of these lengths, become one segment, and
/// how long it is. `boundary` is a mask that no segment crosses; segments are
/// aligned so that only their length matters.
pub(crate) fn segment(lengths: impl Iterator<Item = u32>, boundary: u64) -> (usize, u64) {
    let limit = SEGMENT.min(boundary.saturating_add(1));
    let (mut count, mut sum) = (0usize, 0u64);
    for length in lengths {
        let longer = sum.saturating_add(u64::from(length));
        if count != 0 && longer > limit {
            break;
        }
        sum = longer;
        count = count.saturating_add(1);
    }
    (count, sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges() {
        let of = |lengths: &[u32], boundary| segment(lengths.iter().copied(), boundary);
        assert_eq!(of(&[], u64::MAX), (0, 0));
        assert_eq!(of(&[4096, 4096, 512], u64::MAX), (3, 8704));
        assert_eq!(of(&[4096; 40], u64::MAX), (16, 65536));
        assert_eq!(of(&[4096; 40], 0xffff_ffff), (16, 65536));
        assert_eq!(of(&[4096; 40], 0x1fff), (2, 8192));
        assert_eq!(of(&[131_072, 1], u64::MAX), (1, 131_072), "never none");
    }
}
