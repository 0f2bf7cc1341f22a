// SPDX-License-Identifier: GPL-2.0

//! Data operations: nothing empty, nothing twice, nothing beyond a limit.

use nvme_fc_proto::command::chunk::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// All operations for a transfer, walking the list as a target does.
fn all(total: u32, limits: Limits, elements: &[u32]) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let (mut offset, mut at) = (0, 0);

    while let Some(chunk) = next(total, offset, limits, elements[at..].iter().copied()) {
        offset += chunk.length;
        at += chunk.elements as usize;
        chunks.push(chunk);
        assert!(chunks.len() <= elements.len());
    }
    chunks
}

/// All operations for a list of equal elements.
fn all_uniform(total: u32, limits: Limits, element: u32) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut offset = 0;

    while let Some(chunk) = next_uniform(total, offset, limits, element) {
        offset += chunk.length;
        chunks.push(chunk);
        assert!(chunks.len() <= 100_000);
    }
    chunks
}

/// Limits of an LLDD that takes so many elements.
fn lldd(elements: u32) -> Limits {
    Limits {
        elements,
        bytes: MAX_SEQUENCE,
    }
}

/// Lengths of operations.
fn lengths(chunks: &[Chunk]) -> Vec<u32> {
    chunks.iter().map(|chunk| chunk.length).collect()
}

#[test]
fn a_megabyte_of_pages() {
    let pages = [4096; 256];

    assert_eq!(lengths(&all(1 << 20, lldd(256), &pages)), [1 << 18; 4]);
    assert_eq!(lengths(&all(1 << 20, lldd(16), &pages)), [1 << 16; 16]);
    assert_eq!(lengths(&all(1 << 20, lldd(1), &pages)), [4096; 256]);
    assert_eq!(lengths(&all(1 << 20, lldd(0), &pages)), [4096; 256]);
}

#[test]
fn a_long_element_goes_alone() {
    let chunks = all(1 << 20, lldd(256), &[4096, 1 << 19, 1 << 19, 4096]);

    assert_eq!(lengths(&chunks), [4096, 1 << 19, (1 << 19) - 4096]);
    assert_eq!(
        chunks.iter().map(|c| c.elements).collect::<Vec<_>>(),
        [1; 3]
    );
}

#[test]
fn only_the_last_is_the_last() {
    let chunks = all(1 << 20, lldd(64), &[4096; 256]);

    for (number, chunk) in chunks.iter().enumerate() {
        let last = number == chunks.len() - 1;

        assert_eq!(chunk.last, last);
    }
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(next(0, 0, lldd(4), [4096]), None);
    assert_eq!(next(4096, 4096, lldd(4), [4096]), None);
    assert_eq!(next(4096, 8192, lldd(4), [4096]), None);
    assert_eq!(next(4096, 0, lldd(4), []), None);
    assert_eq!(next(4096, 0, lldd(4), [0, 0, 0]), None);
    assert_eq!(next_uniform(0, 0, lldd(4), 4096), None);
    assert_eq!(next_uniform(4096, 4096, lldd(4), 4096), None);
    assert_eq!(next_uniform(4096, 0, lldd(4), 0), None);
}

#[test]
fn four_gigabytes_do_not_overflow() {
    let chunk = next_uniform(u32::MAX, 0, lldd(256), 4096).unwrap();
    assert_eq!((chunk.length, chunk.elements), (MAX_SEQUENCE, 64));

    let whole = Limits {
        elements: u32::MAX,
        bytes: u32::MAX,
    };
    let chunk = next_uniform(u32::MAX, 0, whole, 4096).unwrap();
    assert_eq!((chunk.length, chunk.elements), (u32::MAX, 1 << 20));
    let nearly = Limits {
        bytes: u32::MAX - 1,
        ..whole
    };
    let chunk = next_uniform(u32::MAX, 0, nearly, 4096).unwrap();
    assert_eq!(chunk.length, u32::MAX - 4095);
    assert!(!chunk.last);
    let chunk = next(u32::MAX, 0, whole, [u32::MAX, u32::MAX]).unwrap();
    assert!(chunk.last);
}

proptest! {
    #[test]
    fn chunks_cover_the_data(
        elements in vec(1u32..400_000, 1..200),
        spare in 0u32..400_000,
        limit in 0u32..40,
        bytes in 1u32..600_000,
    ) {
        let sum: u32 = elements.iter().sum();
        let total = sum.saturating_sub(spare).max(1);
        let limits = Limits { elements: limit, bytes };
        let chunks = all(total, limits, &elements);

        prop_assert_eq!(lengths(&chunks).iter().sum::<u32>(), total);
        for (number, chunk) in chunks.iter().enumerate() {
            prop_assert!(chunk.length > 0);
            prop_assert!(chunk.elements > 0);
            prop_assert!(chunk.elements <= limit.max(1));
            prop_assert!(chunk.length <= bytes || chunk.elements == 1);
            prop_assert_eq!(chunk.last, number == chunks.len() - 1);
        }
        // Whole elements, in order; only the last may be cut by the total.
        let mut at = 0;
        for chunk in &chunks {
            let end = at + chunk.elements as usize;
            let whole: u32 = elements[at..end].iter().sum();
            prop_assert!(chunk.length == whole || (chunk.last && chunk.length < whole));
            at = end;
        }
        // No operation leaves out an element that it could have had.
        for pair in chunks.windows(2) {
            let room = pair[0].elements < limit;
            let start: usize = chunks.iter().take_while(|c| !std::ptr::eq(*c, &pair[0]))
                .map(|c| c.elements as usize).sum();
            let following = elements[start + pair[0].elements as usize];
            prop_assert!(!room || pair[0].length + following.min(pair[1].length) > bytes);
        }
    }

    #[test]
    fn equal_elements_are_the_same_either_way(
        total in 1u32..3_000_000,
        limit in 0u32..300,
        bytes in 1u32..600_000,
    ) {
        let limits = Limits { elements: limit, bytes };
        let elements = vec![4096; total.div_ceil(4096) as usize];

        prop_assert_eq!(all(total, limits, &elements), all_uniform(total, limits, 4096));
    }

    #[test]
    fn empty_elements_stop_nothing(
        elements in vec(prop_oneof![Just(0u32), 1u32..9000], 1..60),
        bytes in 1u32..100_000,
    ) {
        let total: u32 = elements.iter().sum();
        let limits = Limits { elements: 64, bytes };

        prop_assert_eq!(lengths(&all(total, limits, &elements)).iter().sum::<u32>(), total);
    }

    #[test]
    fn any_numbers_are_safe(
        total: u32, offset: u32, limit: u32, bytes: u32,
        elements in vec(any::<u32>(), 0..20), element: u32,
    ) {
        let limits = Limits { elements: limit, bytes };
        let left = total.saturating_sub(offset);

        for chunk in [next(total, offset, limits, elements), next_uniform(total, offset, limits, element)]
            .into_iter()
            .flatten()
        {
            prop_assert!(chunk.length > 0 && chunk.length <= left);
            prop_assert_eq!(chunk.last, chunk.length == left);
        }
    }
}
