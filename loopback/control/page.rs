// SPDX-License-Identifier: GPL-2.0

//! What user space writes to and reads from an attribute.

#![deny(unsafe_code)]

use core::{fmt::Write, str};

use kernel::{
    fmt,
    page::PAGE_SIZE,
    prelude::*,
    str::Formatter, //
};

use crate::plan::grammar::Refusal;

/// Says what was wrong with a line.
pub(crate) fn refuse(refusal: Refusal<'_>) -> Error {
    pr_err!("{}: {}\n", refusal.word, refusal.why.text());
    EINVAL
}

/// The text that user space wrote.
pub(crate) fn text(page: &[u8]) -> Result<&str> {
    str::from_utf8(page).map(str::trim).map_err(|_| EINVAL)
}

/// Writes `what` to a page, as much as fits.
pub(crate) fn show(page: &mut [u8; PAGE_SIZE], what: fmt::Arguments<'_>) -> Result<usize> {
    let mut formatter = Formatter::new(page);
    // What does not fit is left out.
    let _ = formatter.write_fmt(what);
    Ok(formatter.bytes_written().min(PAGE_SIZE))
}
