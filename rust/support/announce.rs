// SPDX-License-Identifier: GPL-2.0

//! Which build this is, for readers of the log.

use crate::shim;

/// Prints the module's name and version. Context: any.
pub(crate) fn announce() {
    // SAFETY: It takes nothing and prints constants.
    unsafe { shim::announce() }
}
