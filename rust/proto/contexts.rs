// SPDX-License-Identifier: GPL-2.0

//! Host: which CPU uses which hardware context of the block layer, and which
//! queue carries a context's commands while contexts are mapped anew.
//!
//! Context `k` has the connection of queue `k + 1`. The Connect command of that
//! queue needs a CPU that is in use and mapped to the context: without one the
//! block layer refuses it, and a controller that insists never comes back.

#![deny(unsafe_code)]

/// Gives every one of `contexts` a CPU that is in use, as far as there are enough.
/// `map` says for each CPU which context it uses, as block layer or LLDD want
/// it; CPUs that are not in use keep that, for the time when they are.
pub fn keep_in_use(map: &mut [u32], contexts: u32, in_use: impl Fn(usize) -> bool) {
    for context in map.iter_mut().filter(|context| **context >= contexts) {
        *context = 0;
    }
    // From the end: the first CPU is the last to go, and on many machines
    // cannot; it stays where it is. One that is needed where it is stays needed.
    let mut donors = (0..map.len()).rev();
    for context in 0..contexts {
        if users(map, context, &in_use).next().is_some() {
            continue;
        }
        let donor = donors.find(|cpu| {
            in_use(*cpu)
                && map
                    .get(*cpu)
                    .is_some_and(|of| users(map, *of, &in_use).nth(1).is_some())
        });
        let Some(donor) = donor.and_then(|cpu| map.get_mut(cpu)) else {
            return;
        };
        *donor = context;
    }
}

/// The CPUs in use that are mapped to a context.
pub fn users<'a>(
    map: &'a [u32],
    context: u32,
    in_use: impl Fn(usize) -> bool + 'a,
) -> impl Iterator<Item = usize> + 'a {
    map.iter()
        .enumerate()
        .filter(move |(cpu, of)| **of == context && in_use(*cpu))
        .map(|(cpu, _)| cpu)
}

/// Whether contexts are to be mapped to CPUs anew: if their number changes from
/// `before` to `granted`, or if one of them is without a CPU that is in use.
pub fn want_new_map(before: u32, granted: u32, in_use: impl Fn(u32) -> bool) -> bool {
    granted != before || (0..granted).any(|context| !in_use(context))
}

/// The context whose queue carries the commands of `context` until contexts are
/// mapped anew: one of `able`, the contexts that stay and whose queues can be
/// connected, in order; its own, if that is among them. `None` if there are none.
pub fn carrier(context: u32, able: &[u32]) -> Option<u32> {
    // CAST: A u32 fits a usize.
    let at = able
        .binary_search(&context)
        .ok()
        .or_else(|| (context as usize).checked_rem(able.len()))?;
    able.get(at).copied()
}

/// Who has the connection that `now` has, of `contexts`, after it: the next that
/// has the same carrier, itself among them, and after the last the first.
pub fn next_in_turn(now: u32, contexts: u32, able: &[u32]) -> u32 {
    let mine = carrier(now, able);
    (now.saturating_add(1)..contexts)
        .chain(0..now)
        .find(|context| carrier(*context, able) == mine)
        .unwrap_or(now)
}
