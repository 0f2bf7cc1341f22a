// SPDX-License-Identifier: GPL-2.0

//! Files of records: one a line, of fields `key=value` with one blank between.
//!
//! Whatever a user or a remote port may have put into a value, a record stays one
//! line and a value one word: blanks, control characters, bytes beyond ASCII and `%`
//! itself are written as `%XX`. An absent value is [`ABSENT`].

#![deny(unsafe_code)]

use core::fmt::{
    Arguments,
    Result,
    Write, //
};

use crate::proto::traddr::Traddr;

/// Stands for a value that is unknown or does not apply.
pub const ABSENT: &str = "-";

/// What happens to blanks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blanks {
    /// As `%20`.
    Quoted,
    /// As `_`.
    Joined,
    /// As they are.
    Kept,
}

/// Passes text on in such a way that the line stays one.
struct Quote<'a, W> {
    /// Where to.
    out: &'a mut W,
    /// What happens to blanks.
    blanks: Blanks,
}

impl<W: Write> Quote<'_, W> {
    /// Passes bytes on.
    fn bytes(&mut self, bytes: &[u8]) -> Result {
        for byte in bytes {
            match (*byte, self.blanks) {
                (b' ', Blanks::Joined) => self.out.write_char('_')?,
                (b' ', Blanks::Kept) => self.out.write_char(' ')?,
                (b'!'..=b'$' | b'&'..=b'~', _) => self.out.write_char(char::from(*byte))?,
                (other, _) => write!(self.out, "%{other:02X}")?,
            }
        }
        Ok(())
    }
}

impl<W: Write> Write for Quote<'_, W> {
    fn write_str(&mut self, text: &str) -> Result {
        self.bytes(text.as_bytes())
    }
}

/// A record that is being written. Its end is [`Record::end`] or, for one whose last
/// field is free text, [`Record::text`]; both say whether all of it was taken.
#[must_use]
pub struct Record<'a, W> {
    /// Where to.
    out: &'a mut W,
    /// There is a field.
    begun: bool,
    /// Whether all was taken.
    taken: Result,
}

impl<'a, W: Write> Record<'a, W> {
    /// An empty record.
    pub fn new(out: &'a mut W) -> Self {
        Self {
            out,
            begun: false,
            taken: Ok(()),
        }
    }

    /// Writes one field's key, and has `value` write the rest.
    fn field(mut self, key: &str, value: impl FnOnce(&mut W) -> Result) -> Self {
        if self.taken.is_ok() {
            let blank = if self.begun { " " } else { "" };
            self.taken = write!(self.out, "{blank}{key}=").and_then(|()| value(self.out));
        }
        self.begun = true;
        self
    }

    /// A count, decimal.
    pub fn count(self, key: &str, value: impl Into<u64>) -> Self {
        self.count_if(key, Some(value))
    }

    /// A count that there may be none of.
    pub fn count_if(self, key: &str, value: Option<impl Into<u64>>) -> Self {
        self.field(key, |out| match value {
            Some(value) => write!(out, "{}", value.into()),
            None => out.write_str(ABSENT),
        })
    }

    /// A number that may be negative, and that there may be none of.
    pub fn number(self, key: &str, value: Option<i32>) -> Self {
        self.field(key, |out| match value {
            Some(value) => write!(out, "{value}"),
            None => out.write_str(ABSENT),
        })
    }

    /// The identifier of an association or connection, if there is one: 16 digits.
    pub fn id(self, key: &str, value: Option<u64>) -> Self {
        self.field(key, |out| match value {
            Some(value) => write!(out, "{value:#018x}"),
            None => out.write_str(ABSENT),
        })
    }

    /// An N_Port identifier: 6 digits.
    pub fn port_id(self, key: &str, value: u32) -> Self {
        self.field(key, |out| write!(out, "{value:#08x}"))
    }

    /// A port's names, if they are known.
    pub fn traddr(self, key: &str, names: Option<Traddr>) -> Self {
        self.field(key, |out| match names {
            Some(names) => Quote {
                out,
                blanks: Blanks::Quoted,
            }
            .bytes(&names.format()),
            None => out.write_str(ABSENT),
        })
    }

    /// A name with a number behind it: `nvme0`.
    pub fn numbered(self, key: &str, name: &str, number: Option<u32>) -> Self {
        self.field(key, |out| match number {
            Some(number) => write!(out, "{name}{number}"),
            None => out.write_str(ABSENT),
        })
    }

    /// A word, or any bytes that came from outside; none at all is absent.
    pub fn word(self, key: &str, bytes: &[u8]) -> Self {
        self.quoted(key, bytes, Blanks::Quoted)
    }

    /// Words of ours, with commas between; none at all is absent.
    pub fn list<'b>(self, key: &str, words: impl Iterator<Item = &'b str>) -> Self {
        self.field(key, |out| {
            let mut before = "";
            for word in words {
                write!(out, "{before}{word}")?;
                before = ",";
            }
            out.write_str(if before.is_empty() { ABSENT } else { "" })
        })
    }

    /// A phrase as one word: its blanks become `_`.
    pub fn phrase(self, key: &str, words: &str) -> Self {
        self.quoted(key, words.as_bytes(), Blanks::Joined)
    }

    /// Bytes, quoted.
    fn quoted(self, key: &str, bytes: &[u8], blanks: Blanks) -> Self {
        self.field(key, |out| match bytes {
            [] => out.write_str(ABSENT),
            bytes => Quote { out, blanks }.bytes(bytes),
        })
    }

    /// Ends the record with free text, which keeps its blanks.
    ///
    /// # Errors
    ///
    /// Not all of the record was taken.
    pub fn text(self, key: &str, text: Arguments<'_>) -> Result {
        self.field(key, |out| {
            Quote {
                out,
                blanks: Blanks::Kept,
            }
            .write_fmt(text)
        })
        .end()
    }

    /// Ends the record.
    ///
    /// # Errors
    ///
    /// Not all of the record was taken.
    pub fn end(self) -> Result {
        self.taken?;
        self.out.write_char('\n')
    }
}
