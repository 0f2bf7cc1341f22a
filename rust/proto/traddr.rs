// SPDX-License-Identifier: GPL-2.0

//! The FC transport address: `nn-0x<16 hex>:pn-0x<16 hex>`.
//!
//! The form without `0x` is taken as well. Both names must be written with
//! all digits, in the same form, and must not be zero.

#![deny(unsafe_code)]

/// Bytes of the form with `0x`, which is also the form we print.
pub const LENGTH: usize = 43;
/// Bytes of the form without `0x`.
pub const SHORT_LENGTH: usize = 39;

/// A port's two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traddr {
    /// World wide node name.
    pub node: u64,
    /// World wide port name.
    pub port: u64,
}

/// What is wrong with an address. Each is -EINVAL to the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraddrError {
    /// Neither 43 nor 39 bytes.
    Length(usize),
    /// Something else than this belongs at this position, counted from 0.
    Expected {
        /// Position of the first wrong byte.
        position: usize,
        /// What belongs there.
        what: &'static str,
    },
    /// The node name is zero.
    ZeroNode,
    /// The port name is zero.
    ZeroPort,
}

impl TraddrError {
    /// Text for the log; the number in it is given by [`Self::position`].
    pub const fn text(self) -> &'static str {
        match self {
            Self::Length(_) => "length is neither 43 nor 39",
            Self::Expected { what, .. } => what,
            Self::ZeroNode => "node name is zero",
            Self::ZeroPort => "port name is zero",
        }
    }

    /// Position of the first wrong byte, counted from 0; for a wrong length,
    /// the length.
    pub const fn position(self) -> Option<usize> {
        match self {
            Self::Length(at) | Self::Expected { position: at, .. } => Some(at),
            Self::ZeroNode | Self::ZeroPort => None,
        }
    }
}

/// Reads an address. `text` is all of it, without a terminator.
///
/// # Errors
///
/// The first thing wrong, from left to right.
pub fn parse(text: &[u8]) -> Result<Traddr, TraddrError> {
    read(text, Separator::Colon).map(|(names, _)| names)
}

/// Reads the address of a target's own port, as users have written it for years:
/// the C module looks at everything but the byte between the names, and some
/// installations have a comma there. Also says whether it is the colon.
///
/// # Errors
///
/// As for [`parse`].
pub fn parse_at_target(text: &[u8]) -> Result<(Traddr, bool), TraddrError> {
    read(text, Separator::Any)
}

/// What may stand between the names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// What belongs there.
    Colon,
    /// Any byte.
    Any,
}

/// Reads an address, and says whether it has the colon.
fn read(text: &[u8], separator: Separator) -> Result<(Traddr, bool), TraddrError> {
    let (node_mark, port_mark): (&[u8], &[u8]) = match text.len() {
        LENGTH => (b"nn-0x", b"pn-0x"),
        SHORT_LENGTH => (b"nn-", b"pn-"),
        other => return Err(TraddrError::Length(other)),
    };
    let mut bytes = Bytes { text, at: 0 };

    bytes.expect(node_mark)?;
    let node = bytes.name()?;
    let is_colon = bytes.take(expected(b':'), |found| {
        let is_colon = found == b':';
        (is_colon || separator == Separator::Any).then_some(is_colon)
    })?;
    bytes.expect(port_mark)?;
    let port = bytes.name()?;

    if node == 0 {
        Err(TraddrError::ZeroNode)
    } else if port == 0 {
        Err(TraddrError::ZeroPort)
    } else {
        Ok((Traddr { node, port }, is_colon))
    }
}

impl Traddr {
    /// Writes the address as `nn-0x<16 hex>:pn-0x<16 hex>`, lower case.
    pub fn format(&self) -> [u8; LENGTH] {
        let node = digits(self.node);
        let port = digits(self.port);
        let mut out = [0; LENGTH];
        let all = b"nn-0x".iter().chain(&node).chain(b":pn-0x").chain(&port);

        for (to, from) in out.iter_mut().zip(all) {
            *to = *from;
        }
        out
    }
}

/// The 16 hexadecimal digits of a name.
fn digits(name: u64) -> [u8; 16] {
    let mut rest = name;

    let mut out = [b'0'; 16];
    for to in out.iter_mut().rev() {
        *to = match (rest & 0xf) as u8 {
            digit @ 0..=9 => b'0'.wrapping_add(digit),
            digit => b'a'.wrapping_add(digit).wrapping_sub(10),
        };
        rest >>= 4;
    }
    out
}

/// Bytes being read.
struct Bytes<'a> {
    /// All of them.
    text: &'a [u8],
    /// Position of the next one.
    at: usize,
}

impl Bytes<'_> {
    /// Takes one byte if `f` accepts it.
    fn take<T>(
        &mut self,
        what: &'static str,
        f: impl FnOnce(u8) -> Option<T>,
    ) -> Result<T, TraddrError> {
        match self.text.get(self.at).copied().and_then(f) {
            Some(value) => {
                self.at = self.at.saturating_add(1);
                Ok(value)
            }
            None => Err(TraddrError::Expected {
                position: self.at,
                what,
            }),
        }
    }

    /// Takes these very bytes.
    fn expect(&mut self, mark: &[u8]) -> Result<(), TraddrError> {
        for byte in mark {
            self.take(expected(*byte), |found| (found == *byte).then_some(()))?;
        }
        Ok(())
    }

    /// Takes the 16 digits of a name.
    fn name(&mut self) -> Result<u64, TraddrError> {
        let mut name: u64 = 0;

        for _ in 0..16 {
            let digit = self.take("expected a hexadecimal digit", |found| {
                char::from(found).to_digit(16)
            })?;
            name = (name << 4) | u64::from(digit);
        }
        Ok(name)
    }
}

/// Names the byte that belongs at a place.
const fn expected(byte: u8) -> &'static str {
    match byte {
        b'n' => "expected 'n'",
        b'p' => "expected 'p'",
        b'-' => "expected '-'",
        b':' => "expected ':'",
        b'0' => "expected '0'",
        _ => "expected 'x'",
    }
}
