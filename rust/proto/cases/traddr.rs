// SPDX-License-Identifier: GPL-2.0

//! Address grammar.

use super::{ensure, ensure_eq, CaseResult, OrFail, Payload};
use crate::proto::traddr::{parse, parse_at_target, Traddr, TraddrError, LENGTH, SHORT_LENGTH};

/// The long form.
const LONG: &str = "nn-0x10001100aa00Beef:pn-0x20001100aa00bEEf";
/// The short form of the same.
const SHORT: &str = "nn-10001100aa00beef:pn-20001100aa00beef";
/// What both say.
const NAMES: Traddr = Traddr {
    node: 0x1000_1100_aa00_beef,
    port: 0x2000_1100_aa00_beef,
};

pub(crate) fn both_forms_are_taken() -> CaseResult {
    ensure_eq!(parse(LONG.as_bytes()), Ok(NAMES));
    ensure_eq!(parse(SHORT.as_bytes()), Ok(NAMES));
    ensure_eq!(parse(&small(LONG)), Ok(NAMES));
    Ok(())
}

pub(crate) fn format_is_the_long_form() -> CaseResult {
    ensure_eq!(NAMES.format(), small(LONG));
    let small = Traddr {
        node: 1,
        port: u64::MAX,
    };
    ensure_eq!(
        &small.format(),
        b"nn-0x0000000000000001:pn-0xffffffffffffffff"
    );
    Ok(())
}

/// A text in lower case.
fn small(text: &str) -> Payload {
    let mut bytes = Payload::of(text.as_bytes());

    bytes.make_ascii_lowercase();
    bytes
}

/// What may stand at a place of a form.
fn fits(form: &str, position: usize, byte: u8) -> bool {
    let marks: &[(usize, &[u8])] = match form.len() {
        LENGTH => &[(0, b"nn-0x"), (21, b":pn-0x")],
        _ => &[(0, b"nn-"), (19, b":pn-")],
    };

    for (start, mark) in marks {
        if (*start..*start + mark.len()).contains(&position) {
            return byte == mark[position - start];
        }
    }
    byte.is_ascii_hexdigit()
}

pub(crate) fn every_byte_at_every_place() -> CaseResult {
    for form in [LONG, SHORT] {
        for position in 0..form.len() {
            for byte in 0..=255 {
                let mut text = Payload::of(form.as_bytes());
                text[position] = byte;
                let result = parse(&text);

                if fits(form, position, byte) {
                    ensure!(result.is_ok(), "{form} {position} {byte}");
                } else {
                    let error = result.err().or_fail()?;

                    ensure!(matches!(error, TraddrError::Expected { .. }));
                    ensure_eq!(error.position(), Some(position));
                    ensure!(error.text().starts_with("expected "));
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn the_error_says_what_belongs_there() -> CaseResult {
    let at = |position: usize, byte: u8| {
        let mut text = Payload::of(LONG.as_bytes());
        text[position] = byte;
        parse(&text).err().map(TraddrError::text)
    };

    ensure_eq!(at(0, b'p'), Some("expected 'n'"));
    ensure_eq!(at(2, b':'), Some("expected '-'"));
    ensure_eq!(at(4, b'X'), Some("expected 'x'"));
    ensure_eq!(at(21, b','), Some("expected ':'"));
    ensure_eq!(at(22, b'n'), Some("expected 'p'"));
    ensure_eq!(at(42, b'g'), Some("expected a hexadecimal digit"));
    Ok(())
}

pub(crate) fn other_lengths_are_refused() -> CaseResult {
    let mut text = Payload::of(LONG.as_bytes());
    text.resize(86);
    for (to, from) in text.iter_mut().zip(LONG.bytes().cycle()) {
        *to = from;
    }
    for length in (0..=86).filter(|length| ![LENGTH, SHORT_LENGTH].contains(length)) {
        let error = parse(&text[..length]).err().or_fail()?;

        ensure_eq!(error, TraddrError::Length(length));
    }
    let mut with_newline = Payload::of(LONG.as_bytes());
    with_newline.push(b'\n');
    ensure_eq!(parse(&with_newline), Err(TraddrError::Length(44)));
    Ok(())
}

pub(crate) fn zero_names_are_refused() -> CaseResult {
    let text = |node: u64, port: u64| Traddr { node, port }.format();

    ensure_eq!(parse(&text(0, 1)), Err(TraddrError::ZeroNode));
    ensure_eq!(parse(&text(1, 0)), Err(TraddrError::ZeroPort));
    ensure_eq!(parse(&text(0, 0)), Err(TraddrError::ZeroNode));
    Ok(())
}

pub(crate) fn mixed_forms_are_refused() -> CaseResult {
    // 41 bytes, and 43 bytes with the prefix in the wrong half only.
    let mixed = "nn-0x10001100aa00beef:pn-20001100aa00beef";

    ensure_eq!(parse(mixed.as_bytes()), Err(TraddrError::Length(41)));
    Ok(())
}

pub(crate) fn a_target_takes_any_separator() -> CaseResult {
    // As the C module does: it looks at everything but that byte.
    for (form, place) in [(LONG, 21), (SHORT, 19)] {
        for byte in 0..=255 {
            let mut text = Payload::of(form.as_bytes());
            text[place] = byte;
            let usual = byte == b':';

            ensure_eq!(parse_at_target(&text), Ok((NAMES, usual)), "{byte}");
        }
        for place in (0..form.len()).filter(|at| *at != place) {
            for byte in 0..=255 {
                let mut text = Payload::of(form.as_bytes());
                text[place] = byte;
                let usual = parse(&text).map(|names| (names, true));

                ensure_eq!(parse_at_target(&text), usual, "{byte} at {place}");
                // A comma in the right place changes nothing about another.
                text[if form.len() == LENGTH { 21 } else { 19 }] = b',';
                let other = parse_at_target(&text).map(|(names, _)| (names, true));
                ensure_eq!(other, usual, "{byte} at {place}, comma");
            }
        }
    }
    ensure_eq!(
        parse_at_target(LONG[1..].as_bytes()),
        Err(TraddrError::Length(42))
    );
    Ok(())
}
