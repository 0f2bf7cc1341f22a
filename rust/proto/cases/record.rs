// SPDX-License-Identifier: GPL-2.0

//! Records of files: what is in a line, and that it stays one.

use core::fmt;

use super::{ensure, ensure_eq, CaseResult, OrFail};
use crate::proto::record::*;
use crate::proto::traddr::Traddr;

/// A file of so many bytes.
pub(crate) struct Page<const ROOM: usize> {
    bytes: [u8; ROOM],
    length: usize,
}

impl<const ROOM: usize> Page<ROOM> {
    pub(crate) fn new() -> Self {
        Self {
            bytes: [0; ROOM],
            length: 0,
        }
    }

    pub(crate) fn text(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();

        core::str::from_utf8(written).unwrap_or("not UTF-8")
    }
}

impl<const ROOM: usize> fmt::Write for Page<ROOM> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.checked_add(text.len()).ok_or(fmt::Error)?;
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;

        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

pub(crate) fn each_kind_of_field() -> CaseResult {
    let mut page = Page::<512>::new();
    let names = Traddr {
        node: 0x1000_1100_ab00_0001,
        port: 2,
    };

    Record::new(&mut page)
        .word("kind", b"remoteport")
        .count("remoteport", 3u32)
        .count_if("left", None::<u64>)
        .count_if("most", Some(u64::MAX))
        .number("status", Some(-111))
        .number("other", None)
        .id("association_id", Some(0xabc0_0000))
        .id("connection_id", None)
        .port_id("port_id", 0x1_0203)
        .traddr("traddr", Some(names))
        .traddr("host_traddr", None)
        .numbered("controller", "nvme", Some(7))
        .numbered("other", "nvme", None)
        .list("role", ["target", "discovery"].into_iter())
        .list("roles", [].into_iter())
        .phrase("reason", "invalid association ID")
        .text("cause", format_args!("queue {}: {}", 1, "not answered"))
        .or_fail()?;
    ensure_eq!(
        page.text(),
        "kind=remoteport remoteport=3 left=- most=18446744073709551615 status=-111 other=- \
         association_id=0x00000000abc00000 connection_id=- port_id=0x010203 \
         traddr=nn-0x10001100ab000001:pn-0x0000000000000002 host_traddr=- controller=nvme7 \
         other=- role=target,discovery roles=- reason=invalid_association_ID cause=queue 1: not answered\n"
    );
    Ok(())
}

pub(crate) fn whatever_is_in_a_value_the_line_is_one() -> CaseResult {
    let mut page = Page::<512>::new();
    let odd = b"a b\n%\x00=\xff~\x7f";

    Record::new(&mut page)
        .word("nqn", odd)
        .word("none", b"")
        .phrase("phrase", "a\tb c%")
        .text("cause", format_args!("two\nlines, 100%, \u{e9}"))
        .or_fail()?;
    ensure_eq!(
        page.text(),
        "nqn=a%20b%0A%25%00=%FF~%7F none=- phrase=a%09b_c%25 cause=two%0Alines, 100%25, %C3%A9\n"
    );
    for byte in 0..=u8::MAX {
        let mut page = Page::<16>::new();
        Record::new(&mut page).word("k", &[byte]).end().or_fail()?;
        let value = page.text().strip_prefix("k=").or_fail()?;
        let value = value.strip_suffix('\n').or_fail()?;
        ensure!(
            value.bytes().all(|byte| byte.is_ascii_graphic()),
            "{byte}: {value}"
        );
        ensure!(value.len() == 1 || value.len() == 3, "{byte}: {value}");
        ensure_eq!(value.len() == 1, byte.is_ascii_graphic() && byte != b'%');
    }
    Ok(())
}

pub(crate) fn a_file_that_is_full_is_told() -> CaseResult {
    // All but the line's end, and less.
    for last in ["9", "99"] {
        let mut page = Page::<4>::new();
        let end = Record::new(&mut page)
            .word("k", last.as_bytes())
            .word("l", b"0")
            .end();
        ensure_eq!(end, Err(fmt::Error));
        ensure!(page.text().len() <= 4, "{}", page.text());
    }
    let mut page = Page::<4>::new();
    Record::new(&mut page).count("k", 1u8).end().or_fail()?;
    ensure_eq!(page.text(), "k=1\n");
    Ok(())
}
