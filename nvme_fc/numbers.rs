// SPDX-License-Identifier: GPL-2.0

//! The smallest free number, for things that are few.

#![deny(unsafe_code)]

use kernel::prelude::*;

/// Numbers in use, one bit each.
pub(crate) struct Numbers {
    /// Bit n of word m is number 64 m + n.
    words: KVec<u64>,
}

impl Numbers {
    /// None in use.
    pub(crate) const fn new() -> Self {
        Self { words: KVec::new() }
    }

    /// Takes the smallest free number. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `ENOSPC` beyond what 31 bits hold.
    pub(crate) fn take(&mut self) -> Result<u32> {
        let at = match self.words.iter().position(|word| *word != u64::MAX) {
            Some(at) => at,
            None => {
                self.words.push(0, GFP_KERNEL)?;
                self.words.len().saturating_sub(1)
            }
        };
        let word = self.words.get_mut(at).ok_or(ENOSPC)?;
        let bit = word.trailing_ones();
        let number = u32::try_from(at)
            .ok()
            .and_then(|at| at.checked_mul(u64::BITS))
            .and_then(|base| base.checked_add(bit))
            .filter(|number| i32::try_from(*number).is_ok())
            .ok_or(ENOSPC)?;
        // A word that is not all ones has fewer than 64 trailing ones.
        *word |= 1u64.checked_shl(bit).unwrap_or(0);
        Ok(number)
    }

    /// Gives a number back.
    pub(crate) fn give(&mut self, number: u32) {
        // CAST: A u32 fits a usize.
        if let Some(word) = self.words.get_mut((number / u64::BITS) as usize) {
            *word &= !1u64.checked_shl(number % u64::BITS).unwrap_or(0);
        }
    }
}
