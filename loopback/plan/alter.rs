// SPDX-License-Identifier: GPL-2.0

//! Changes to a payload on its way: bytes set or flipped, fields by name, cut
//! short or made longer.

#![deny(unsafe_code)]

use crate::plan::grammar::{
    bytes,
    number,
    Pair,
    Refusal,
    Why, //
};

/// Longest run of bytes that one edit changes.
const RUN: usize = 16;
/// Most edits in one alteration.
const EDITS: usize = 4;

/// Where a named field is, how long, and in which byte order.
struct Field {
    /// The name, as user space writes it.
    name: &'static str,
    /// First byte.
    offset: u16,
    /// Bytes, at most 8.
    length: u8,
    /// Whether the first byte is the least significant one.
    little: bool,
}

/// A row of the table below.
const fn field(name: &'static str, offset: u16, length: u8, little: bool) -> Field {
    Field {
        name,
        offset,
        length,
        little,
    }
}

/// The fields of ERSP IUs, LS payloads and CMD IUs (FC-NVMe-2 tables, NVMe's
/// queue entries little-endian inside).
const FIELDS: [Field; 40] = [
    field("ersp.result", 0, 1, false),
    field("ersp.rsvd", 1, 1, false),
    field("ersp.iu_len", 2, 2, false),
    field("ersp.rsn", 4, 4, false),
    field("ersp.xfrd_len", 8, 4, false),
    field("ersp.rsvd12", 12, 4, false),
    field("cqe.dw0", 16, 4, true),
    field("cqe.dw1", 20, 4, true),
    field("cqe.sq_head", 24, 2, true),
    field("cqe.sq_id", 26, 2, true),
    field("cqe.command_id", 28, 2, true),
    field("cqe.status", 30, 2, true),
    field("ls.cmd", 0, 1, false),
    field("ls.zeros", 1, 3, false),
    field("ls.list_len", 4, 4, false),
    field("acc.rqst_tag", 8, 4, false),
    field("acc.rqst_len", 12, 4, false),
    field("acc.rqst_cmd", 16, 1, false),
    field("acc.id1_tag", 24, 4, false),
    field("acc.id1_len", 28, 4, false),
    field("acc.id1", 32, 8, false),
    field("acc.id2_tag", 40, 4, false),
    field("acc.id2_len", 44, 4, false),
    field("acc.id2", 48, 8, false),
    field("rjt.tag", 24, 4, false),
    field("rjt.len", 28, 4, false),
    field("rjt.reason", 33, 1, false),
    field("rjt.explanation", 34, 1, false),
    field("rjt.vendor", 35, 1, false),
    field("req.tag1", 8, 4, false),
    field("req.len1", 12, 4, false),
    field("req.association", 16, 8, false),
    field("cmd.format_id", 0, 1, false),
    field("cmd.fc_id", 1, 1, false),
    field("cmd.iu_len", 2, 2, false),
    field("cmd.flags", 7, 1, false),
    field("cmd.connection", 8, 8, false),
    field("cmd.csn", 16, 4, false),
    field("cmd.data_len", 20, 4, false),
    field("cmd.opcode", 24, 1, true),
];

/// One edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edit {
    /// First byte changed.
    offset: u16,
    /// The bytes.
    bytes: [u8; RUN],
    /// How many of them count.
    length: u8,
    /// Flip these bits instead of storing the bytes.
    flip: bool,
}

/// What is done to a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alter {
    /// The edits, in the order in which they were written.
    edits: [Option<Edit>; EDITS],
    /// The length that the payload gets in the end.
    length: Option<u16>,
}

impl Alter {
    /// Takes one word if it is one of `set=OFFSET:HEX`, `flip=OFFSET:HEX`,
    /// `field=NAME:NUMBER` and `length=N`; says whether it was.
    pub(crate) fn parse<'a>(&mut self, pair: &Pair<'a>) -> Result<bool, Refusal<'a>> {
        let bad = || pair.refuse(Why::BadValue);
        match pair.key {
            "set" | "flip" => {
                let (offset, data) = pair.value.split_once(':').ok_or_else(bad)?;
                let offset = number(offset)
                    .and_then(|n| u16::try_from(n).ok())
                    .ok_or_else(bad)?;
                let mut run = [0; RUN];
                let length = bytes(data, &mut run).filter(|n| *n > 0).ok_or_else(bad)?;
                // CAST: At most RUN.
                self.push(pair, offset, run, length as u8, pair.key == "flip")?;
            }
            "field" => {
                let (name, value) = pair.value.split_once(':').ok_or_else(bad)?;
                let field = FIELDS.iter().find(|f| f.name == name).ok_or_else(bad)?;
                let value = number(value).ok_or_else(bad)?;
                let length = usize::from(field.length).min(8);
                let fits = length == 8 || value >> (8 * length) == 0;
                if !fits {
                    return Err(bad());
                }
                let mut run = [0; RUN];
                if field.little {
                    run.iter_mut()
                        .zip(value.to_le_bytes())
                        .for_each(|(to, b)| *to = b);
                } else {
                    let skip = 8usize.saturating_sub(length);
                    let digits = value.to_be_bytes();
                    run.iter_mut()
                        .zip(digits.iter().skip(skip))
                        .for_each(|(to, b)| *to = *b);
                }
                self.push(pair, field.offset, run, field.length, false)?;
            }
            "length" => self.length = Some(pair.number()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Adds an edit.
    fn push<'a>(
        &mut self,
        pair: &Pair<'a>,
        offset: u16,
        bytes: [u8; RUN],
        length: u8,
        flip: bool,
    ) -> Result<(), Refusal<'a>> {
        let free = self.edits.iter_mut().find(|edit| edit.is_none());
        *free.ok_or_else(|| pair.refuse(Why::TooMany))? = Some(Edit {
            offset,
            bytes,
            length,
            flip,
        });
        Ok(())
    }

    /// Alters the first `length` bytes of `payload`; returns the new length,
    /// at most all of `payload`. Bytes that the payload grows by are zero
    /// unless an edit says otherwise; edits beyond its end change nothing.
    pub(crate) fn apply(&self, payload: &mut [u8], length: usize) -> usize {
        let new = usize::from(self.length.unwrap_or(length.min(0xffff) as u16)).min(payload.len());
        if let Some(grown) = payload.get_mut(length..new) {
            grown.fill(0);
        }
        let Some(kept) = payload.get_mut(..new) else {
            return length;
        };
        for edit in self.edits.iter().flatten() {
            let run = edit.bytes.iter().take(usize::from(edit.length));
            for (to, byte) in kept.iter_mut().skip(usize::from(edit.offset)).zip(run) {
                *to = if edit.flip { *to ^ *byte } else { *byte };
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::grammar::pairs;

    fn parse(line: &str) -> Result<Alter, Refusal<'_>> {
        let mut alter = Alter::default();
        for pair in pairs(line) {
            if !alter.parse(&pair)? {
                return Err(pair.refuse(Why::UnknownKey));
            }
        }
        Ok(alter)
    }

    #[test]
    fn edits() {
        let mut payload = [0x11; 8];
        let alter = parse("set=1:aabb flip=0:ff set=7:0102").unwrap();
        assert_eq!(alter.apply(&mut payload, 8), 8);
        assert_eq!(payload, [0xee, 0xaa, 0xbb, 0x11, 0x11, 0x11, 0x11, 0x01]);
    }

    #[test]
    fn lengths() {
        let mut payload = [0x11; 8];
        assert_eq!(parse("length=3").unwrap().apply(&mut payload, 6), 3);
        assert_eq!(parse("length=7").unwrap().apply(&mut payload, 4), 7);
        assert_eq!(payload, [0x11, 0x11, 0x11, 0x11, 0, 0, 0, 0x11]);
        assert_eq!(parse("length=99").unwrap().apply(&mut payload, 4), 8);
        assert_eq!(parse("").unwrap().apply(&mut payload, 4), 4);
    }

    #[test]
    fn fields() {
        let mut ersp = [0; 32];
        let alter = parse("field=ersp.rsn:0x01020304 field=cqe.command_id:0x0506").unwrap();
        alter.apply(&mut ersp, 32);
        assert_eq!(&ersp[4..8], [1, 2, 3, 4]);
        assert_eq!(&ersp[28..30], [6, 5]);
        let mut acc = [0; 56];
        parse("field=acc.id2:0x0102030405060708")
            .unwrap()
            .apply(&mut acc, 56);
        assert_eq!(&acc[48..], [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn refused() {
        for bad in [
            "set=1",
            "set=x:00",
            "set=1:0",
            "set=1:",
            "field=nothing:1",
            "field=ersp.iu_len:65536",
            "length=65536",
            "flip=65536:00",
        ] {
            assert_eq!(parse(bad).unwrap_err().why, Why::BadValue, "{bad}");
        }
        let five = "set=0:00 set=0:00 set=0:00 set=0:00 set=0:00";
        assert_eq!(parse(five).unwrap_err().why, Why::TooMany);
    }
}
