// SPDX-License-Identifier: GPL-2.0

//! Reconnect or delete.

use nvme_fc_proto::reconnect::*;
use proptest::prelude::*;

/// Offline for 60 s yet, one attempt of ten made, a second between them
/// (1000 jiffies to the second).
const OFFLINE: Situation = Situation {
    now: 1_000_000,
    port: Port::Offline {
        dev_loss_end: 1_060_000,
    },
    status: -107,
    attempts: 1,
    max_attempts: 10,
    delay: 1_000,
};

/// The same with the port online.
const ONLINE: Situation = Situation {
    port: Port::Online,
    ..OFFLINE
};

/// Status with "do not retry".
const DNR: i32 = 0x4006;

#[test]
fn the_table_of_reasons() {
    let table = [
        (ONLINE, Decision::Retry { delay: 1_000 }),
        (OFFLINE, Decision::Retry { delay: 1_000 }),
        (
            Situation {
                status: 0x2006,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
        (
            Situation {
                status: DNR,
                ..ONLINE
            },
            Decision::Delete(Reason::DoNotRetry),
        ),
        (
            Situation {
                status: -129,
                ..ONLINE
            },
            Decision::Delete(Reason::Key),
        ),
        (
            Situation {
                status: -126,
                ..ONLINE
            },
            Decision::Delete(Reason::Key),
        ),
        // An errno has that bit set too, and is no status.
        (
            Situation {
                status: -5,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
        (
            Situation {
                attempts: 9,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
        (
            Situation {
                attempts: 10,
                ..ONLINE
            },
            Decision::Delete(Reason::Attempts),
        ),
        (
            Situation {
                attempts: 10,
                ..OFFLINE
            },
            Decision::Delete(Reason::Attempts),
        ),
        (
            Situation {
                max_attempts: 0,
                attempts: 0,
                ..ONLINE
            },
            Decision::Delete(Reason::Attempts),
        ),
        (
            Situation {
                max_attempts: -1,
                attempts: i32::MAX,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
    ];

    for (at, expected) in table {
        assert_eq!(decide(&at), expected, "{at:?}");
    }
}

#[test]
fn the_delay_ends_where_the_port_is_lost() {
    for (now, expected) in [
        (1_058_999, Decision::Retry { delay: 1_000 }),
        (1_059_000, Decision::Retry { delay: 1_000 }),
        (1_059_001, Decision::Retry { delay: 999 }),
        (1_059_999, Decision::Retry { delay: 1 }),
        (1_060_000, Decision::Delete(Reason::DevLoss)),
        (9_060_000, Decision::Delete(Reason::DevLoss)),
    ] {
        assert_eq!(decide(&Situation { now, ..OFFLINE }), expected);
    }
}

/// W18: the C module judges a port that returned by a deadline of zero.
#[test]
fn a_port_that_returned_is_not_lost() {
    for now in [0, 1, 1_060_000, u64::MAX / 2, u64::MAX] {
        let at = Situation { now, ..ONLINE };

        assert_eq!(decide(&at), Decision::Retry { delay: 1_000 });
        assert_eq!(until_dev_loss(now, at.port), None);
    }
}

/// W20: somebody has to look when the time is over.
#[test]
fn the_deadline_can_be_waited_for() {
    assert_eq!(until_dev_loss(1_000_000, OFFLINE.port), Some(60_000));
    assert_eq!(until_dev_loss(1_060_000, OFFLINE.port), Some(0));
    assert_eq!(until_dev_loss(1_060_001, OFFLINE.port), Some(0));
    let wrapped = Port::Offline { dev_loss_end: 5 };
    assert_eq!(until_dev_loss(u64::MAX - 4, wrapped), Some(10));
}

/// W20: with unlimited attempts the C module logs a negative time.
#[test]
fn the_logged_time_is_the_shorter_one() {
    assert_eq!(loss_seconds(60, 2, 300), 60);
    assert_eq!(loss_seconds(60, 2, 5), 10);
    assert_eq!(loss_seconds(60, 2, -1), 60);
    assert_eq!(loss_seconds(60, u32::MAX, i32::MAX), 60);
    assert_eq!(loss_seconds(0, 2, 5), 0);
    assert_eq!(loss_seconds(60, 2, 0), 0);
}

#[test]
fn the_default_delay_becomes_two_seconds() {
    assert_eq!(for_fc(10, 60), (2, 300));
    assert_eq!(for_fc(10, 1), (2, 5));
    assert_eq!(for_fc(10, 0), (2, 0));
    assert_eq!(for_fc(10, -1), (10, -1));
    assert_eq!(for_fc(5, 60), (5, 60));
    assert_eq!(for_fc(1, 60), (1, 60));
    assert_eq!(for_fc(10, i32::MAX), (2, i32::MAX));
}

prop_compose! {
    /// Any situation, with spans that jiffies can tell apart.
    fn any_situation()(
        now: u64,
        left in prop_oneof![Just(None), (0u64..1 << 40).prop_map(Some)],
        status in prop_oneof![any::<i32>(), -200i32..0, Just(DNR)],
        attempts in 0i32..20,
        max_attempts in -1i32..20,
        delay in 0u64..1 << 40,
    ) -> Situation {
        let port = match left {
            None => Port::Online,
            Some(left) => Port::Offline { dev_loss_end: now.wrapping_add(left) },
        };
        Situation { now, port, status, attempts, max_attempts, delay }
    }
}

proptest! {
    #[test]
    fn more_attempts_never_help(at in any_situation(), more in 1i32..100) {
        if let Decision::Delete(_) = decide(&at) {
            let later = Situation { attempts: at.attempts + more, ..at };

            prop_assert!(matches!(decide(&later), Decision::Delete(_)));
        }
    }

    #[test]
    fn waiting_never_helps(at in any_situation(), more in 0u64..1 << 40) {
        let later = Situation { now: at.now.wrapping_add(more), ..at };

        match (decide(&at), decide(&later)) {
            (Decision::Delete(_), now) => prop_assert!(matches!(now, Decision::Delete(_))),
            (Decision::Retry { delay: before }, Decision::Retry { delay }) => {
                prop_assert!(delay <= before);
            }
            (Decision::Retry { .. }, Decision::Delete(reason)) => {
                prop_assert_eq!(reason, Reason::DevLoss);
            }
        }
    }

    #[test]
    fn a_retry_is_in_time(at in any_situation()) {
        if let (Decision::Retry { delay }, Some(left)) = (decide(&at), until_dev_loss(at.now, at.port)) {
            prop_assert!(left > 0);
            prop_assert!(delay <= left);
        }
    }

    #[test]
    fn a_port_is_lost_only_offline(at in any_situation()) {
        let online = Situation { port: Port::Online, ..at };

        prop_assert_ne!(decide(&online), Decision::Delete(Reason::DevLoss));
        if let Decision::Retry { delay } = decide(&online) {
            prop_assert_eq!(delay, at.delay);
        }
    }

    #[test]
    fn jiffies_may_wrap(at in any_situation(), shift: u64) {
        let port = match at.port {
            Port::Online => Port::Online,
            Port::Offline { dev_loss_end } => Port::Offline {
                dev_loss_end: dev_loss_end.wrapping_add(shift),
            },
        };
        let shifted = Situation { now: at.now.wrapping_add(shift), port, ..at };

        prop_assert_eq!(decide(&at), decide(&shifted));
    }
}
