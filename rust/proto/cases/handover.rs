// SPDX-License-Identifier: GPL-2.0

//! Handover: every interleaving of the parties at one operation.

use super::{ensure, ensure_eq, CaseResult, OrFail};
use crate::proto::life::handover::Handover;

/// Where each party is.
#[derive(Clone, Copy)]
struct Parties {
    /// `fcp_op` has not returned.
    issuing: bool,
    /// `fcp_op` took the operation, or may still do so.
    accepted: bool,
    /// The LLDD has called `done`.
    done: bool,
    /// `fcp_abort` is running.
    aborting: bool,
    /// `fcp_abort` was called.
    aborted: bool,
}

/// Walks on from here; the number of ends. At each, exactly one party was
/// told to carry on, and it was alone.
fn walk(state: Handover, at: Parties) -> CaseResult<u32> {
    let mut ends = 0;
    let mut go = |next: Handover, last: bool, after: Parties| -> CaseResult {
        let alone = !after.issuing && !after.aborting && (after.done || !after.accepted);

        ensure_eq!(last, alone);
        if last {
            ensure_eq!(next, Handover::IDLE);
            ensure_eq!(next.done(), None);
            ensure_eq!(next.abort(), None);
            ends += 1;
        } else {
            ensure_eq!(Handover::from_bits(next.bits()), next);
            ends += walk(next, after)?;
        }
        Ok(())
    };

    // Adding, as an atomic does it, is the same as ending.
    assert_eq!(state.is_running(), state.done().is_some());
    if let Some((next, last)) = state.done() {
        let added = Handover::from_bits(state.bits() + Handover::ADD_DONE);
        assert_eq!(state.is_lldd_alone(), last);
        assert!(last || added == next);
        // What stays behind lets nobody in.
        assert!(!added.is_running());
        assert_eq!(added.abort(), None);
    }

    if at.issuing {
        let after = Parties {
            issuing: false,
            ..at
        };
        let (next, last) = state.issued(false);
        // The short cut of the one who issued: it may be taken exactly where
        // the LLDD has ended it and the long way says to carry on.
        assert_eq!(state.is_over(), last && at.done);
        if state.is_over() {
            assert_eq!(state.abort(), None);
            assert_eq!(state.done(), None);
        }
        go(next, last, after)?;
        // A refusal and a completion exclude each other.
        if !at.done {
            let (next, last) = state.issued(true);
            go(
                next,
                last,
                Parties {
                    accepted: false,
                    ..after
                },
            )?;
        }
    }
    if at.accepted && !at.done {
        let (next, last) = state.done().or_fail()?;
        go(next, last, Parties { done: true, ..at })?;
    } else {
        ensure_eq!(state.done(), None);
    }
    let over = at.done || !at.accepted;
    if !at.aborted && !over {
        let after = Parties {
            aborting: true,
            aborted: true,
            ..at
        };
        go(state.abort().or_fail()?, false, after)?;
    } else if over || at.aborting {
        ensure_eq!(state.abort(), None);
    }
    if at.aborting {
        let (next, last) = state.aborted();
        go(
            next,
            last,
            Parties {
                aborting: false,
                ..at
            },
        )?;
    }
    Ok(ends)
}

pub(crate) fn the_last_party_carries_on() -> CaseResult {
    let start = Parties {
        issuing: true,
        accepted: true,
        done: false,
        aborting: false,
        aborted: false,
    };
    let ends = walk(Handover::ISSUING, start)?;

    // Issued and done in either order, a refusal, and each with an abort
    // begun and ended wherever it fits.
    ensure!(ends > 10, "{ends}");
    Ok(())
}

pub(crate) fn nobody_is_at_work_when_idle() -> CaseResult {
    ensure_eq!(Handover::IDLE.bits(), 0);
    ensure_eq!(Handover::IDLE.done(), None);
    ensure_eq!(Handover::IDLE.abort(), None);
    Ok(())
}
