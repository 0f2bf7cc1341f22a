// SPDX-License-Identifier: GPL-2.0

//! Commands that other threads send and wait for.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        Arc, //
    }, //
};

use super::{
    bench::Bench,
    controller::{
        Controller,
        Request, //
    },
    polls,
    sleep_ms, //
};
use crate::cases::outcome::{
    failed,
    CaseResult,
    OrFail, //
};

/// The command is not over yet.
const PENDING: i32 = i32::MAX;

/// A command on its way.
pub(crate) struct Reader(Arc<Atomic<i32>>);

impl Reader {
    /// Has a thread send a command of one block.
    pub(crate) fn begin(
        bench: &Bench,
        ctrl: &Arc<Controller>,
        request: Request,
    ) -> CaseResult<Self> {
        let status = Arc::new(Atomic::new(PENDING), GFP_KERNEL).or_fail()?;
        let (ctrl, told) = (ctrl.clone(), status.clone());
        let mut data = KVec::from_elem(0u8, 512, GFP_KERNEL).or_fail()?;
        bench.lldd.later(0, move |_| {
            let got = ctrl.command(&request, &mut data);
            told.xchg(got.err().unwrap_or(0), Full);
        });
        Ok(Self(status))
    }

    /// Whether the command is over.
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(Relaxed) != PENDING
    }

    /// Waits for the command's end: 0, an NVMe status, or an errno.
    #[track_caller]
    pub(crate) fn wait(&self, seconds: u32) -> CaseResult<i32> {
        let at = core::panic::Location::caller();
        for _ in 0..polls(seconds) {
            if self.is_over() {
                return Ok(self.0.load(Relaxed));
            }
            sleep_ms(5);
        }
        Err(failed(
            at.file(),
            at.line(),
            format_args!("a command does not end"),
        ))
    }
}
