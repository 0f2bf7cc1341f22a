// SPDX-License-Identifier: GPL-2.0

//! What is written to `appid_store`.

use super::{ensure_eq, CaseResult};
use crate::proto::appid::*;

pub(crate) fn review_host_12_numbers_as_kstrtou64_takes_them() -> CaseResult {
    for (text, cgroup) in [
        ("1f:a", 0x1f),
        ("0x1f:a", 0x1f),
        ("0X1F:a", 0x1f),
        ("+1f:a", 0x1f),
        ("+0x1f:a", 0x1f),
        ("0:a", 0),
        ("00:a", 0),
        ("ffffffffffffffff:a", u64::MAX),
        ("0xffffffffffffff:a", 0xff_ffff_ffff_ffff),
    ] {
        ensure_eq!(parse(text.as_bytes()), Some((cgroup, &b"a"[..])), "{text}");
    }
    for text in [
        ":a",
        "0x:a",
        "+:a",
        "0x0x1:a",
        "0x+1:a",
        "-1:a",
        "1g:a",
        " 1:a",
        "1",
        "",
        "0fffffffffffffffff:a",
        "0xffffffffffffffff:a",
    ] {
        ensure_eq!(parse(text.as_bytes()), None, "{text}");
    }
    Ok(())
}

pub(crate) fn names_up_to_their_length() -> CaseResult {
    let mut text = [b'n'; 2 + APPID_LENGTH + 1];
    let (head, _) = text.split_at_mut(2);
    head.copy_from_slice(b"1:");
    ensure_eq!(parse(&text), None);
    let whole = text.split_last().map_or(&text[..], |(_, whole)| whole);
    ensure_eq!(parse(whole).map(|(_, name)| name.len()), Some(APPID_LENGTH));
    ensure_eq!(parse(b"1:\n"), Some((1, &b""[..])));
    ensure_eq!(parse(b"1:a:b\n"), Some((1, &b"a:b"[..])));
    Ok(())
}
