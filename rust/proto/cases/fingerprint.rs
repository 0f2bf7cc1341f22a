// SPDX-License-Identifier: GPL-2.0

//! The number that stands for several strings.

use super::{ensure_eq, CaseResult};
use crate::proto::fingerprint::fingerprint;

/// Of the published test vectors, those that end with a zero byte.
pub(crate) fn published_vectors() -> CaseResult {
    for (strings, number) in [
        (&[][..], 0xcbf2_9ce4_8422_2325),
        (&[&b""[..]][..], 0xaf63_bd4c_8601_b7df),
        (&[&b"a"[..]][..], 0x089b_e207_b544_f1e4),
        (&[&b"foobar"[..]][..], 0x3453_1ca7_168b_8f38),
    ] {
        ensure_eq!(fingerprint(strings), number, "{strings:?}");
    }
    Ok(())
}

pub(crate) fn each_string_counts_and_where_it_ends() -> CaseResult {
    let parts: [[&[u8]; 2]; 6] = [
        [b"nqn.a", b"host"],
        [b"nqn.b", b"host"],
        [b"nqn.a", b"hosu"],
        [b"nqn.ah", b"ost"],
        [b"host", b"nqn.a"],
        [b"nqn.ahost", b""],
    ];
    for (at, one) in parts.iter().enumerate() {
        for (beside, other) in parts.iter().enumerate() {
            let same = fingerprint(one) == fingerprint(other);
            ensure_eq!(same, at == beside, "{one:?} {other:?}");
        }
    }
    Ok(())
}
