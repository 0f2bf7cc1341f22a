// SPDX-License-Identifier: GPL-2.0

//! How a case ends, and the checks that end it.

use core::fmt::Arguments;
use core::panic::Location;

/// A check did not hold. What it was has been reported already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failed;

/// How a case ends.
pub(crate) type CaseResult<T = ()> = Result<T, Failed>;

/// Reports a failure and hands out its mark.
pub(crate) fn failed(file: &str, line: u32, what: Arguments<'_>) -> Failed {
    crate::report_failure(file, line, what);
    Failed
}

/// Ends the case with a text.
macro_rules! fail {
    ($($text:tt)+) => {
        return Err($crate::cases::outcome::failed(file!(), line!(), format_args!($($text)+)))
    };
}

/// Ends the case unless a condition holds; a text may follow.
macro_rules! ensure {
    ($condition:expr $(,)?) => {
        if !$condition {
            $crate::cases::outcome::fail!("{}", stringify!($condition));
        }
    };
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            $crate::cases::outcome::fail!(
                "{}: {}", stringify!($condition), format_args!($($text)+)
            );
        }
    };
}

/// Ends the case unless two values are equal; a text may follow.
macro_rules! ensure_eq {
    ($left:expr, $right:expr $(,)?) => {
        match (&$left, &$right) {
            (left, right) => if !(*left == *right) {
                $crate::cases::outcome::fail!("{:?} is not {:?}", left, right);
            }
        }
    };
    ($left:expr, $right:expr, $($text:tt)+) => {
        match (&$left, &$right) {
            (left, right) => if !(*left == *right) {
                $crate::cases::outcome::fail!(
                    "{:?} is not {:?}: {}", left, right, format_args!($($text)+)
                );
            }
        }
    };
}

/// Ends the case if two values are equal.
macro_rules! ensure_ne {
    ($left:expr, $right:expr $(,)?) => {
        match (&$left, &$right) {
            (left, right) => {
                if *left == *right {
                    $crate::cases::outcome::fail!("{:?} should be another", left);
                }
            }
        }
    };
}

pub(crate) use {ensure, ensure_eq, ensure_ne, fail};

/// Takes out of an option or a result what must be in it.
pub(crate) trait OrFail {
    /// What is in it.
    type Value;

    /// The value; without one, the case ends.
    fn or_fail(self) -> CaseResult<Self::Value>;
}

impl<T> OrFail for Option<T> {
    type Value = T;

    #[track_caller]
    fn or_fail(self) -> CaseResult<T> {
        let at = Location::caller();

        self.ok_or_else(|| failed(at.file(), at.line(), format_args!("nothing there")))
    }
}

impl<T, E: core::fmt::Debug> OrFail for Result<T, E> {
    type Value = T;

    #[track_caller]
    fn or_fail(self) -> CaseResult<T> {
        let at = Location::caller();

        self.map_err(|error| failed(at.file(), at.line(), format_args!("{error:?}")))
    }
}
