// SPDX-License-Identifier: GPL-2.0

//! CPUs, hardware contexts and queues.

use nvme_fc_proto::contexts::*;
use proptest::{collection::vec, prelude::*};

/// CPUs: the context that each is mapped to, and whether it is in use.
fn cpus() -> impl Strategy<Value = (Vec<u32>, Vec<bool>, u32)> {
    (1usize..24, 1u32..24).prop_flat_map(|(cpus, contexts)| {
        (
            vec(0..contexts, cpus),
            vec(any::<bool>(), cpus),
            Just(contexts),
        )
    })
}

proptest! {
    #[test]
    fn every_context_is_in_use((before, online, contexts) in cpus()) {
        let in_use = |cpu: usize| online[cpu];
        let usable = online.iter().filter(|online| **online).count();
        let mut map = before.clone();
        keep_in_use(&mut map, contexts, in_use);
        let served = (0..contexts)
            .filter(|context| users(&map, *context, in_use).next().is_some())
            .count();
        prop_assert_eq!(served, usable.min(contexts as usize));
        for cpu in 0..map.len() {
            prop_assert!(map[cpu] < contexts);
            // Nobody moves without need.
            if map[cpu] != before[cpu] {
                prop_assert!(online[cpu]);
                prop_assert_eq!(users(&before, map[cpu], in_use).next(), None);
            }
        }
        // Once made, a map stays while the same CPUs are in use.
        let mut again = map.clone();
        keep_in_use(&mut again, contexts, in_use);
        prop_assert_eq!(again, map);
    }

    #[test]
    fn every_context_has_its_turn(contexts in 1u32..24, able in vec(any::<bool>(), 24)) {
        let able: Vec<u32> = (0..contexts).filter(|context| able[*context as usize]).collect();
        let mut seen = vec![able.is_empty(); contexts as usize];
        for by in able.iter().copied() {
            prop_assert_eq!(carrier(by, &able), Some(by));
            let mut now = by;
            for _ in 0..contexts {
                seen[now as usize] = true;
                now = next_in_turn(now, contexts, &able);
                prop_assert_eq!(carrier(now, &able), Some(by));
            }
        }
        prop_assert!(seen.iter().all(|seen| *seen));
    }
}
