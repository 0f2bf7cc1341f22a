// SPDX-License-Identifier: GPL-2.0

//! What became of a controller, for those who ask why: 64 bytes of it.

#![deny(unsafe_code)]

use core::mem::size_of;

use kernel::sync::atomic::{
    Atomic,
    Full,
    Relaxed, //
};

use crate::shared::{
    proto::cause::Cause,
    support::{
        books::Count,
        ratelimit::jiffies,
        word::Word, //
    }, //
};

/// What became of a controller.
pub(crate) struct History {
    /// Why the association that there is, or is to be, fails: the first cause; 0 for
    /// none.
    cause: Atomic<u64>,
    /// The last cause that there was; 0 for none.
    last: Word<u64>,
    /// When it came, jiffies.
    last_at: Word<u64>,
    /// When the association was put into service, jiffies.
    in_service: Word<u64>,
    /// Associations that were put into service.
    associations: Word<u32>,
    /// Times that an association was given up for another.
    recoveries: Word<u32>,
    /// Link services that the target rejected.
    pub(crate) ls_rejects: Count,
    /// Exchanges that the LLDD was asked to abort.
    pub(crate) aborts: Count,
    /// Responses that did not fit their commands.
    pub(crate) bad_responses: Count,
}

const _: () = assert!(size_of::<History>() == 64);

impl History {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self {
            cause: Atomic::new(0),
            last: Word::new(0),
            last_at: Word::new(0),
            in_service: Word::new(0),
            associations: Word::new(0),
            recoveries: Word::new(0),
            ls_rejects: Count::new(),
            aborts: Count::new(),
            bad_responses: Count::new(),
        }
    }

    /// An association is to be made.
    pub(super) fn begin(&self) {
        self.cause.store(0, Relaxed);
    }

    /// The association is in service. Context: the connect work.
    pub(super) fn in_service(&self) {
        self.in_service.set(jiffies());
        self.associations
            .set(self.associations.get().wrapping_add(1));
    }

    /// The association is given up for another. Context: the reset work.
    pub(super) fn recover(&self) {
        self.recoveries.set(self.recoveries.get().wrapping_add(1));
    }

    /// Why the association fails; says whether this is the first cause. What follows from
    /// that is not kept. Context: any.
    pub(super) fn fail(&self, cause: Cause) -> bool {
        let first = self.cause.cmpxchg(0, cause.bits(), Full).is_ok();
        if first {
            self.set_last(cause);
        }
        first
    }

    /// Why nothing more is tried.
    pub(super) fn conclude(&self, cause: Cause) {
        self.cause.store(cause.bits(), Relaxed);
        self.set_last(cause);
    }

    /// Keeps the last cause.
    fn set_last(&self, cause: Cause) {
        self.last_at.set(jiffies());
        self.last.set(cause.bits());
    }

    /// Why the association that there is, or is to be, fails, if it does.
    pub(super) fn cause(&self) -> Option<Cause> {
        Cause::from_bits(self.cause.load(Relaxed))
    }

    /// The last cause that there was, and jiffies since then.
    pub(crate) fn last(&self) -> Option<(Cause, u64)> {
        let cause = Cause::from_bits(self.last.get())?;
        Some((cause, jiffies().wrapping_sub(self.last_at.get())))
    }

    /// Jiffies since an association was put into service.
    pub(crate) fn age(&self) -> u64 {
        jiffies().wrapping_sub(self.in_service.get())
    }

    /// Associations that were put into service.
    pub(crate) fn associations(&self) -> u32 {
        self.associations.get()
    }

    /// Times that an association was given up for another.
    pub(crate) fn recoveries(&self) -> u32 {
        self.recoveries.get()
    }
}
