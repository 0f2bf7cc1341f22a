// SPDX-License-Identifier: GPL-2.0

//! Link services that somebody waits for.

use core::ops::Deref;

use kernel::{
    prelude::*,
    sync::Arc, //
};

use super::{
    LsAnswer,
    LsRequest,
    LsSender,
    Parameters, //
};
use crate::shared::proto::ls::exchange::{
    Action,
    Event,
    State, //
};

/// A link service that somebody waits for: whoever has this.
pub(crate) struct AttendedLs<T: LsSender>(Arc<LsRequest<T>>);

impl<T: LsSender> Deref for AttendedLs<T> {
    type Target = Arc<LsRequest<T>>;

    fn deref(&self) -> &Arc<LsRequest<T>> {
        &self.0
    }
}

impl<T: LsSender> AttendedLs<T> {
    /// One that the caller waits for. Context: may sleep.
    ///
    /// # Errors
    ///
    /// As for [`LsRequest::unattended`].
    pub(crate) fn new(
        sender: T,
        in_use: T::InUse,
        parameters: &Parameters<'_>,
        fill: impl FnOnce(&mut [u8]) -> Result,
    ) -> Result<Self> {
        LsRequest::new(State::ATTENDED, sender, in_use, parameters, fill).map(Self)
    }

    /// Waits for `done`, but not longer than so many jiffies; says whether it came.
    /// Context: may sleep.
    pub(crate) fn wait_timeout(&self, jiffies: usize) -> bool {
        self.done.wait_timeout(jiffies)
    }

    /// Waits for `done`, and ends what it has in use. Context: may sleep; may call the
    /// LLDD's delete callbacks. It was sent.
    ///
    /// # Errors
    ///
    /// What `done` reported.
    pub(crate) fn answer(self) -> Result<LsAnswer<T>> {
        let this = self.0;
        this.done.wait();
        // SAFETY: `done` came and left the LLDD's reference to the one who waits.
        drop(unsafe { Arc::from_raw(Arc::as_ptr(&this)) });
        this.finish();
        this.status()?;
        // INVARIANT: It came.
        Ok(LsAnswer(this))
    }

    /// Waits no more, unless it is over by now. Context: may sleep; may call the LLDD's
    /// delete callbacks. It was sent.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT`: it was given up. What `done` reported.
    pub(crate) fn give_up(self) -> Result<LsAnswer<T>> {
        if self.on(Event::GiveUp) == Action::GiveUp {
            self.0.give_up();
            return Err(ETIMEDOUT);
        }
        self.answer()
    }
}
