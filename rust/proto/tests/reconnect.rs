// SPDX-License-Identifier: GPL-2.0

//! Reconnect or delete: what holds in any situation.

use crate::cases::reconnect::DNR;
use nvme_fc_proto::reconnect::*;
use proptest::prelude::*;

prop_compose! {
    /// Any situation, with spans that jiffies can tell apart.
    fn any_situation()(
        now: u64,
        left in prop_oneof![Just(None), (0u64..1 << 40).prop_map(Some)],
        status in prop_oneof![any::<i32>(), -200i32..0, Just(DNR)],
        attempts in 0i32..20,
        max_attempts in -1i32..20,
        delay in 0u64..1 << 40,
        served: bool,
    ) -> ReconnectState {
        let port = match left {
            None => Port::Online,
            Some(left) => Port::Offline { dev_loss_end: now.wrapping_add(left) },
        };
        ReconnectState { now, port, status, attempts, max_attempts, delay, served }
    }
}

proptest! {
    #[test]
    fn more_attempts_never_help(at in any_situation(), more in 1i32..100) {
        if let Decision::Delete(_) = next_step(&at) {
            let later = ReconnectState { attempts: at.attempts + more, ..at };

            prop_assert!(matches!(next_step(&later), Decision::Delete(_)));
        }
    }

    #[test]
    fn waiting_never_helps(at in any_situation(), more in 0u64..1 << 40) {
        let later = ReconnectState { now: at.now.wrapping_add(more), ..at };

        match (next_step(&at), next_step(&later)) {
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
        if let (Decision::Retry { delay }, Some(left)) = (next_step(&at), until_dev_loss(at.now, at.port)) {
            prop_assert!(left > 0);
            prop_assert!(delay <= left);
        }
    }

    #[test]
    fn having_served_never_hurts(at in any_situation()) {
        let served = ReconnectState { served: true, ..at };
        let fresh = ReconnectState { served: false, ..at };

        match (next_step(&fresh), next_step(&served)) {
            (Decision::Retry { delay: fresh }, Decision::Retry { delay }) => {
                prop_assert_eq!(fresh, delay);
            }
            (Decision::Retry { .. }, Decision::Delete(_)) => prop_assert!(false),
            (Decision::Delete(reason), Decision::Retry { .. }) => {
                prop_assert!(matches!(reason, Reason::DoNotRetry | Reason::Key));
            }
            (Decision::Delete(_), Decision::Delete(reason)) => {
                prop_assert!(matches!(reason, Reason::Attempts | Reason::DevLoss));
            }
        }
    }

    #[test]
    fn without_a_limit_who_served_is_never_refused(at in any_situation()) {
        let at = ReconnectState { served: true, max_attempts: -1, port: Port::Online, ..at };

        prop_assert_eq!(next_step(&at), Decision::Retry { delay: at.delay });
    }

    #[test]
    fn a_port_is_lost_only_offline(at in any_situation()) {
        let online = ReconnectState { port: Port::Online, ..at };

        prop_assert_ne!(next_step(&online), Decision::Delete(Reason::DevLoss));
        if let Decision::Retry { delay } = next_step(&online) {
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
        let shifted = ReconnectState { now: at.now.wrapping_add(shift), port, ..at };

        prop_assert_eq!(next_step(&at), next_step(&shifted));
    }
}
