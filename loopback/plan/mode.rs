// SPDX-License-Identifier: GPL-2.0

//! When and where a completion is delivered.

#![deny(unsafe_code)]

use crate::plan::random::mix;

/// How a port completes what it was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Within the very call that asked, where the contract allows it.
    Inline,
    /// From a work item on the processor that asked.
    #[default]
    Work,
    /// From work items that run on several processors at once.
    Threads,
    /// From a work item, the port's delay later.
    Delay,
    /// From work items, each after a time of its own up to the port's delay,
    /// so that they overtake one another.
    Reorder,
    /// From a timer's hard IRQ, after at most the port's delay.
    Irq,
}

/// The names of the modes.
const NAMES: [(&str, Mode); 6] = [
    ("inline", Mode::Inline),
    ("work", Mode::Work),
    ("threads", Mode::Threads),
    ("delay", Mode::Delay),
    ("reorder", Mode::Reorder),
    ("irq", Mode::Irq),
];

/// Where one completion is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Before the caller goes on.
    Inline,
    /// From the bound workqueue.
    Work,
    /// From the unbound workqueue.
    Unbound,
    /// From the workqueue, so many nanoseconds later.
    Later(u64),
    /// From hard IRQ, so many nanoseconds later.
    Irq(u64),
}

impl Mode {
    /// The mode of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, mode)| *mode)
    }

    /// The name of the mode.
    pub(crate) fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, mode)| *mode == self)
            .map_or("?", |(name, _)| *name)
    }

    /// Where a completion goes that comes `number`-th, with the port's delay
    /// of `delay` nanoseconds.
    pub(crate) fn delivery(self, delay: u64, number: u64) -> Delivery {
        let some = mix(number).checked_rem(delay.max(1)).unwrap_or(0);
        match self {
            Self::Inline => Delivery::Inline,
            Self::Work => Delivery::Work,
            Self::Threads => Delivery::Unbound,
            Self::Delay => Delivery::Later(delay),
            Self::Reorder => Delivery::Later(some),
            Self::Irq => Delivery::Irq(some),
        }
    }
}

impl Delivery {
    /// The same, in process context: what runs nvmet's commands may sleep.
    pub(crate) fn in_process(self) -> Self {
        match self {
            Self::Irq(time) => Self::Later(time),
            other => other,
        }
    }

    /// The same, but not before the caller has returned.
    pub(crate) fn not_inline(self) -> Self {
        match self {
            Self::Inline => Self::Work,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for (name, mode) in NAMES {
            assert_eq!(Mode::parse(name), Some(mode));
            assert_eq!(mode.name(), name);
        }
        assert_eq!(Mode::parse("IRQ"), None);
    }

    #[test]
    fn deliveries() {
        assert_eq!(Mode::Delay.delivery(7, 1), Delivery::Later(7));
        let times: Vec<_> = (0..50)
            .map(|n| Mode::Reorder.delivery(1_000_000, n))
            .collect();
        assert!(times
            .iter()
            .all(|d| matches!(d, Delivery::Later(t) if *t < 1_000_000)));
        assert!(times.windows(2).any(|w| matches!((w[0], w[1]),
            (Delivery::Later(a), Delivery::Later(b)) if a > b)));
        assert_eq!(Mode::Irq.delivery(0, 3), Delivery::Irq(0));
        assert_eq!(Delivery::Irq(9).in_process(), Delivery::Later(9));
        assert_eq!(Delivery::Inline.not_inline(), Delivery::Work);
    }
}
