// SPDX-License-Identifier: GPL-2.0

//! What the drivers of adapters do by habit, as words of a port's configuration and
//! rules of a fault plan. `Documentation/lldd-habits.rst` says where each is seen.

#![deny(unsafe_code)]

/// How one side of a driver behaves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Side {
    /// Words of a port's configuration, before those that user space writes.
    pub(crate) words: &'static str,
    /// Rules that hold where none of the plan strikes.
    pub(crate) rules: &'static [&'static str],
}

/// The habits of one driver.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Habits {
    /// Its name.
    pub(crate) name: &'static str,
    /// At a host's port.
    pub(crate) local: Side,
    /// At a subsystem's port that a host sees.
    pub(crate) remote: Side,
    /// At a subsystem's port.
    pub(crate) target: Side,
}

/// Nothing out of the ordinary.
const PLAIN: Side = Side {
    words: "",
    rules: &[],
};

/// All of them. Where a driver has no target, its host has the loopback's.
pub(crate) const ALL: &[Habits] = &[
    Habits {
        name: "lpfc",
        local: Side {
            words: "device=platform cpu_response complete=threads",
            rules: &[
                "on=host.fcp_io nth=40 count=1000000 every=61 errno=-16",
                "on=host.fcp_abort nth=7 do=ignore",
                "on=host.fcp_abort delay=200000",
            ],
        },
        remote: PLAIN,
        target: Side {
            words: "device=platform complete=threads defer patience=5000",
            rules: &["on=target.rsp nth=50 count=1000000 every=97 delay=20000"],
        },
    },
    Habits {
        name: "qla2xxx",
        local: Side {
            words: "device=platform complete=irq delay=50 locked map_queues",
            rules: &[
                "on=host.fcp_io nth=30 count=1000000 every=53 errno=-16",
                "on=host.fcp_abort delay=50000",
            ],
        },
        remote: PLAIN,
        target: PLAIN,
    },
    Habits {
        name: "fnic",
        local: Side {
            words: "device=platform cpu_response complete=work private=null patience=120000",
            rules: &[
                "on=host.fcp_io nth=50 count=1000000 every=71 errno=-16",
                "on=host.fcp_abort nth=8 do=ignore",
                "on=host.ls_abort place=inline",
            ],
        },
        remote: Side {
            words: "patience=5000",
            rules: &[],
        },
        target: PLAIN,
    },
    Habits {
        name: "ibmvfc",
        local: Side {
            words: "device=platform complete=irq delay=20 private=overwrite",
            rules: &[
                "on=host.fcp_io nth=45 count=1000000 every=67 errno=-16",
                "on=host.fcp_abort place=inline",
                "on=host.ls_abort place=inline",
            ],
        },
        remote: PLAIN,
        target: PLAIN,
    },
    Habits {
        name: "fcloop",
        local: Side {
            words: "device=none complete=work",
            rules: &["on=host.ls_abort do=ignore"],
        },
        remote: PLAIN,
        target: Side {
            words: "device=none complete=inline",
            rules: &["on=target.ls_abort do=ignore"],
        },
    },
];

impl Habits {
    /// The habits of that name.
    pub(crate) fn of(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|habits| habits.name == name)
    }
}

/// Whether a port was reported gone too late: `waited` milliseconds after its
/// driver began to wait, which has so much `patience` (0 for any amount), and itself
/// kept something for `kept` milliseconds after it was told to end it.
pub(crate) const fn is_too_late(patience: u32, waited: u64, kept: u64) -> bool {
    // CAST: A u32 fits a u64.
    patience != 0 && waited > (patience as u64).saturating_add(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience() {
        assert!(!is_too_late(0, u64::MAX, 0));
        assert!(!is_too_late(5000, 5000, 0));
        assert!(is_too_late(5000, 5001, 0));
        assert!(!is_too_late(5000, 5001, 1), "its own doing");
        assert!(!is_too_late(5000, 9000, u64::MAX));
    }
}
