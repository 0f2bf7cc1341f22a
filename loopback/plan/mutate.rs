// SPDX-License-Identifier: GPL-2.0

//! Seeded mutations of a valid frame, for injection in bulk.

#![deny(unsafe_code)]

use crate::plan::random::Random;

/// Values that sit at the edges of what receivers check.
const EDGES: [u8; 6] = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

/// Mutates the first `length` bytes of `frame` in up to four places, and now
/// and then its length; returns the new length.
pub(crate) fn mutate(random: &mut Random, frame: &mut [u8], length: usize) -> usize {
    let mut length = length.min(frame.len());
    for _ in 0..=random.below(4) {
        // CAST: An index below a length.
        let at = random.below(length as u64) as usize;
        let value = random.next();
        let Some(byte) = frame.get_mut(..length).and_then(|f| f.get_mut(at)) else {
            continue;
        };
        match value & 3 {
            0 => *byte ^= 1 << (value >> 8 & 7),
            // CAST: The low byte is wanted.
            1 => *byte = (value >> 16) as u8,
            2 => *byte = byte.wrapping_add(if value & 0x100 == 0 { 1 } else { 0xff }),
            _ => {
                let edge = EDGES.get((value >> 8) as usize % EDGES.len());
                *byte = edge.copied().unwrap_or(0);
            }
        }
    }
    if random.below(8) == 0 {
        // CAST: Below the buffer's length.
        let new = random.below(frame.len() as u64 + 1) as usize;
        if let Some(grown) = frame.get_mut(length..new) {
            grown.fill(0xa5);
        }
        length = new;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_and_stays_inside() {
        let run = |seed| {
            let mut random = Random::new(seed);
            (0..2000)
                .map(|_| {
                    let mut frame = [0x33; 96];
                    let length = mutate(&mut random, &mut frame[..80], 64);
                    assert!(length <= 80);
                    assert_eq!(&frame[80..], [0x33; 16]);
                    (frame.to_vec(), length)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
        let changed = run(5)
            .iter()
            .filter(|(frame, _)| frame[..64] != [0x33; 64])
            .count();
        assert!(changed > 1900, "{changed}");
        assert!(run(5).iter().any(|(_, length)| *length != 64));
        let mut random = Random::new(1);
        assert_eq!(mutate(&mut random, &mut [], 5), 0);
    }
}
