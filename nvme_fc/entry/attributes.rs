// SPDX-License-Identifier: GPL-2.0

//! `/sys/class/nvme/nvmeX/fc`: what everybody may know of a controller, one value a file.
//!
//! Documentation/ABI/testing/sysfs-class-nvme-fc says what is in them.

#![deny(unsafe_code)]

use core::fmt::Write;

use kernel::{
    fmt,
    prelude::*,
    str::Formatter, //
};

use crate::{
    abi,
    ctrl::Ctrl,
    nvme::files::{
        file,
        CtrlFile, //
    },
    port::registry_lock,
    shared::{
        proto::{
            reconnect::Presence,
            record::ABSENT, //
        },
        support::attributes::{
            File,
            Group, //
        }, //
    }, //
};

/// Defines files: what each writes, given the controller.
macro_rules! files {
    ($($(#[$meta:meta])* $type:ident, $file:ident = $name:literal: $show:expr;)*) => {
        $(
            $(#[$meta])*
            struct $type;

            impl CtrlFile for $type {
                type Ctrl = Ctrl;
                const NAME: &'static CStr = $name;

                fn show(ctrl: &Ctrl, out: &mut Formatter<'_>) -> fmt::Result {
                    $show(ctrl, out)
                }
            }

            /// See the type.
            static $file: File = file::<$type>();
        )*

        /// All files.
        static FILES: &[Option<&File>] = &[$(Some(&$file),)* None];
    };
}

files! {
    /// The association's identifier.
    AssociationId, ASSOCIATION_ID = c"association_id": |ctrl: &Ctrl, out: &mut Formatter<'_>| {
        match ctrl.association() {
            Some(id) => write!(out, "{:#018x}", id.get()),
            None => out.write_str(ABSENT),
        }
    };
    /// The remote port's state.
    RemotePortState, REMOTE_PORT_STATE = c"remote_port_state": |ctrl, out: &mut Formatter<'_>| {
        out.write_str(presence(ctrl).word())
    };
    /// Seconds for which a lost port is still waited for.
    DevLossRemaining, DEV_LOSS_REMAINING = c"dev_loss_remaining": |ctrl, out: &mut Formatter<'_>| {
        match presence(ctrl).seconds_left(abi::HZ) {
            Some(seconds) => write!(out, "{seconds}"),
            None => out.write_str(ABSENT),
        }
    };
    /// The last failure, in words.
    LastError, LAST_ERROR = c"last_error": |ctrl: &Ctrl, out: &mut Formatter<'_>| {
        match ctrl.history().last() {
            Some((cause, _)) => core::write!(out, "{cause}"),
            None => out.write_str(ABSENT),
        }
    };
    /// Link services that the target rejected.
    LsRejects, LS_REJECTS = c"ls_rejects": |ctrl: &Ctrl, out: &mut Formatter<'_>| {
        write!(out, "{}", ctrl.history().ls_rejects.get())
    };
    /// Exchanges that the LLDD was asked to abort.
    Aborts, ABORTS = c"aborts": |ctrl: &Ctrl, out: &mut Formatter<'_>| {
        write!(out, "{}", ctrl.history().aborts.get())
    };
    /// Responses that did not fit their commands.
    ErspErrors, ERSP_ERRORS = c"ersp_errors": |ctrl: &Ctrl, out: &mut Formatter<'_>| {
        write!(out, "{}", ctrl.history().bad_responses.get())
    };
}

/// The files, in a folder of their own.
pub(super) static GROUP: Group = Group::new(Some(c"fc"), FILES);

/// The remote port as users see it.
fn presence(ctrl: &Ctrl) -> Presence {
    registry_lock::lock()
        .remote(ctrl.remote())
        .map_or(Presence::Deleted, |entry| entry.presence())
}
