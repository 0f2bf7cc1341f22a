// SPDX-License-Identifier: GPL-2.0

//! Reconnect or delete.

use super::{ensure_eq, CaseResult};
use crate::proto::reconnect::*;

/// Offline for 60 s yet, one attempt of ten made, a second between them
/// (1000 jiffies to the second).
const OFFLINE: ReconnectState = ReconnectState {
    now: 1_000_000,
    port: Port::Offline {
        dev_loss_end: 1_060_000,
    },
    status: -107,
    attempts: 1,
    max_attempts: 10,
    delay: 1_000,
    served: false,
};

/// The same with the port online.
const ONLINE: ReconnectState = ReconnectState {
    port: Port::Online,
    ..OFFLINE
};

/// Status with "do not retry".
pub(crate) const DNR: i32 = 0x4006;

pub(crate) fn the_table_of_reasons() -> CaseResult {
    let table = [
        (ONLINE, Decision::Retry { delay: 1_000 }),
        (OFFLINE, Decision::Retry { delay: 1_000 }),
        (
            ReconnectState {
                status: 0x2006,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
        (
            ReconnectState {
                status: DNR,
                ..ONLINE
            },
            Decision::Delete(Reason::DoNotRetry),
        ),
        (
            ReconnectState {
                status: -129,
                ..ONLINE
            },
            Decision::Delete(Reason::Key),
        ),
        (
            ReconnectState {
                status: -126,
                ..ONLINE
            },
            Decision::Delete(Reason::Key),
        ),
        // An errno has that bit set too, and is no status.
        (
            ReconnectState {
                status: -5,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
        (
            ReconnectState {
                attempts: 9,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
        (
            ReconnectState {
                attempts: 10,
                ..ONLINE
            },
            Decision::Delete(Reason::Attempts),
        ),
        (
            ReconnectState {
                attempts: 10,
                ..OFFLINE
            },
            Decision::Delete(Reason::Attempts),
        ),
        (
            ReconnectState {
                max_attempts: 0,
                attempts: 0,
                ..ONLINE
            },
            Decision::Delete(Reason::Attempts),
        ),
        (
            ReconnectState {
                max_attempts: -1,
                attempts: i32::MAX,
                ..ONLINE
            },
            Decision::Retry { delay: 1_000 },
        ),
    ];

    for (at, expected) in table {
        ensure_eq!(next_step(&at), expected, "{at:?}");
    }
    Ok(())
}

/// A target that returns may refuse its hosts until all is set up again: who had
/// an association goes on trying, and who never had one does not.
pub(crate) fn a_target_that_is_being_set_up() -> CaseResult {
    for (status, reason) in [
        (DNR, Reason::DoNotRetry),
        (0x4184, Reason::DoNotRetry),
        (-129, Reason::Key),
        (-126, Reason::Key),
    ] {
        let first = ReconnectState { status, ..ONLINE };
        let again = ReconnectState {
            served: true,
            ..first
        };
        ensure_eq!(next_step(&first), Decision::Delete(reason));
        ensure_eq!(next_step(&again), Decision::Retry { delay: 1_000 });
        // Not for ever.
        let last = ReconnectState {
            attempts: 10,
            ..again
        };
        ensure_eq!(next_step(&last), Decision::Delete(Reason::Attempts));
        let offline = ReconnectState {
            port: OFFLINE.port,
            now: 1_060_000,
            ..again
        };
        ensure_eq!(next_step(&offline), Decision::Delete(Reason::DevLoss));
    }
    Ok(())
}

pub(crate) fn review_host_11_the_log_has_the_words_of_c() -> CaseResult {
    let online = Port::Online;
    ensure_eq!(line(online, Reason::DoNotRetry), Line::Refused);
    ensure_eq!(line(online, Reason::Key), Line::Attempts);
    ensure_eq!(line(online, Reason::Attempts), Line::Attempts);
    for reason in [
        Reason::DoNotRetry,
        Reason::Key,
        Reason::Attempts,
        Reason::DevLoss,
    ] {
        ensure_eq!(line(OFFLINE.port, reason), Line::DevLoss);
    }
    Ok(())
}

pub(crate) fn the_delay_ends_where_the_port_is_lost() -> CaseResult {
    for (now, expected) in [
        (1_058_999, Decision::Retry { delay: 1_000 }),
        (1_059_000, Decision::Retry { delay: 1_000 }),
        (1_059_001, Decision::Retry { delay: 999 }),
        (1_059_999, Decision::Retry { delay: 1 }),
        (1_060_000, Decision::Delete(Reason::DevLoss)),
        (9_060_000, Decision::Delete(Reason::DevLoss)),
    ] {
        ensure_eq!(next_step(&ReconnectState { now, ..OFFLINE }), expected);
    }
    Ok(())
}

/// W18: the C module judges a port that returned by a deadline of zero.
pub(crate) fn a_port_that_returned_is_not_lost() -> CaseResult {
    for now in [0, 1, 1_060_000, u64::MAX / 2, u64::MAX] {
        let at = ReconnectState { now, ..ONLINE };

        ensure_eq!(next_step(&at), Decision::Retry { delay: 1_000 });
        ensure_eq!(until_dev_loss(now, at.port), None);
    }
    Ok(())
}

/// W20: somebody has to look when the time is over.
pub(crate) fn the_deadline_can_be_waited_for() -> CaseResult {
    ensure_eq!(until_dev_loss(1_000_000, OFFLINE.port), Some(60_000));
    ensure_eq!(until_dev_loss(1_060_000, OFFLINE.port), Some(0));
    ensure_eq!(until_dev_loss(1_060_001, OFFLINE.port), Some(0));
    let wrapped = Port::Offline { dev_loss_end: 5 };
    ensure_eq!(until_dev_loss(u64::MAX - 4, wrapped), Some(10));
    Ok(())
}

/// W20: with unlimited attempts the C module logs a negative time.
pub(crate) fn the_logged_time_is_the_shorter_one() -> CaseResult {
    ensure_eq!(loss_seconds(60, 2, 300), 60);
    ensure_eq!(loss_seconds(60, 2, 5), 10);
    ensure_eq!(loss_seconds(60, 2, -1), 60);
    ensure_eq!(loss_seconds(60, u32::MAX, i32::MAX), 60);
    ensure_eq!(loss_seconds(0, 2, 5), 0);
    ensure_eq!(loss_seconds(60, 2, 0), 0);
    Ok(())
}

pub(crate) fn the_default_delay_becomes_two_seconds() -> CaseResult {
    ensure_eq!(for_fc(10, 60), (2, 300));
    ensure_eq!(for_fc(10, 1), (2, 5));
    ensure_eq!(for_fc(10, 0), (2, 0));
    ensure_eq!(for_fc(10, -1), (10, -1));
    ensure_eq!(for_fc(5, 60), (5, 60));
    ensure_eq!(for_fc(1, 60), (1, 60));
    ensure_eq!(for_fc(10, i32::MAX), (2, i32::MAX));
    Ok(())
}

pub(crate) fn a_lost_port_is_one_that_somebody_waits_for() -> CaseResult {
    let gone =
        |dev_loss_end, controllers| presence(1_000, Port::Offline { dev_loss_end }, controllers);

    ensure_eq!(presence(1_000, Port::Online, 0), Presence::Online);
    ensure_eq!(presence(1_000, Port::Online, 3), Presence::Online);
    ensure_eq!(gone(1_001, 1), Presence::Lost { left: 1 });
    ensure_eq!(gone(61_000, 2), Presence::Lost { left: 60_000 });
    ensure_eq!(gone(61_000, 0), Presence::Deleted);
    ensure_eq!(gone(1_000, 1), Presence::Deleted);
    ensure_eq!(gone(999, 1), Presence::Deleted);
    // Jiffies wrap.
    ensure_eq!(
        presence(u64::MAX, Port::Offline { dev_loss_end: 249 }, 1),
        Presence::Lost { left: 250 }
    );
    for (left, seconds) in [(1, 1), (250, 1), (251, 2), (15_000, 60)] {
        ensure_eq!(Presence::Lost { left }.seconds_left(250), Some(seconds));
    }
    ensure_eq!(Presence::Online.seconds_left(250), None);
    ensure_eq!(Presence::Deleted.seconds_left(250), None);
    ensure_eq!(Presence::Lost { left: 9 }.seconds_left(0), None);
    ensure_eq!(
        [
            Presence::Online,
            Presence::Lost { left: 1 },
            Presence::Deleted
        ]
        .map(Presence::word),
        ["online", "lost", "deleted"]
    );
    Ok(())
}
