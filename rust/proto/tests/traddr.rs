// SPDX-License-Identifier: GPL-2.0

//! Address grammar.

use nvme_fc_proto::traddr::{parse, Traddr, TraddrError, LENGTH, SHORT_LENGTH};
use proptest::collection::vec;
use proptest::prelude::*;

/// The long form.
const LONG: &str = "nn-0x10001100aa00Beef:pn-0x20001100aa00bEEf";
/// The short form of the same.
const SHORT: &str = "nn-10001100aa00beef:pn-20001100aa00beef";
/// What both say.
const NAMES: Traddr = Traddr {
    node: 0x1000_1100_aa00_beef,
    port: 0x2000_1100_aa00_beef,
};

#[test]
fn both_forms_are_taken() {
    assert_eq!(parse(LONG.as_bytes()), Ok(NAMES));
    assert_eq!(parse(SHORT.as_bytes()), Ok(NAMES));
    assert_eq!(parse(LONG.to_ascii_lowercase().as_bytes()), Ok(NAMES));
}

#[test]
fn format_is_the_long_form() {
    assert_eq!(NAMES.format(), LONG.to_ascii_lowercase().as_bytes());
    let small = Traddr {
        node: 1,
        port: u64::MAX,
    };
    assert_eq!(
        &small.format(),
        b"nn-0x0000000000000001:pn-0xffffffffffffffff"
    );
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

#[test]
fn every_byte_at_every_place() {
    for form in [LONG, SHORT] {
        for position in 0..form.len() {
            for byte in 0..=255 {
                let mut text = form.as_bytes().to_vec();
                text[position] = byte;
                let result = parse(&text);

                if fits(form, position, byte) {
                    assert!(result.is_ok(), "{form} {position} {byte}");
                } else {
                    let error = result.unwrap_err();

                    assert!(matches!(error, TraddrError::Expected { .. }));
                    assert_eq!(error.position(), Some(position));
                    assert!(error.text().starts_with("expected "));
                }
            }
        }
    }
}

#[test]
fn the_error_says_what_belongs_there() {
    let at = |position: usize, byte: u8| {
        let mut text = LONG.as_bytes().to_vec();
        text[position] = byte;
        parse(&text).unwrap_err().text()
    };

    assert_eq!(at(0, b'p'), "expected 'n'");
    assert_eq!(at(2, b':'), "expected '-'");
    assert_eq!(at(4, b'X'), "expected 'x'");
    assert_eq!(at(21, b','), "expected ':'");
    assert_eq!(at(22, b'n'), "expected 'p'");
    assert_eq!(at(42, b'g'), "expected a hexadecimal digit");
}

#[test]
fn other_lengths_are_refused() {
    let text = LONG.repeat(2);

    for length in (0..=86).filter(|length| ![LENGTH, SHORT_LENGTH].contains(length)) {
        let error = parse(&text.as_bytes()[..length]).unwrap_err();

        assert_eq!(error, TraddrError::Length(length));
    }
    let with_newline = format!("{LONG}\n");
    assert_eq!(parse(with_newline.as_bytes()), Err(TraddrError::Length(44)));
}

#[test]
fn zero_names_are_refused() {
    let text = |node: u64, port: u64| Traddr { node, port }.format();

    assert_eq!(parse(&text(0, 1)), Err(TraddrError::ZeroNode));
    assert_eq!(parse(&text(1, 0)), Err(TraddrError::ZeroPort));
    assert_eq!(parse(&text(0, 0)), Err(TraddrError::ZeroNode));
}

#[test]
fn mixed_forms_are_refused() {
    // 41 bytes, and 43 bytes with the prefix in the wrong half only.
    let mixed = "nn-0x10001100aa00beef:pn-20001100aa00beef";

    assert_eq!(parse(mixed.as_bytes()), Err(TraddrError::Length(41)));
}

proptest! {
    #[test]
    fn what_is_formatted_parses(node in 1u64.., port in 1u64..) {
        let names = Traddr { node, port };
        let long = names.format();
        let short: Vec<u8> = [&long[..3], &long[5..25], &long[27..]].concat();

        prop_assert_eq!(parse(&long), Ok(names));
        prop_assert_eq!(parse(&short), Ok(names));
    }

    #[test]
    fn anything_is_parsed_or_refused(text in vec(any::<u8>(), 0..100)) {
        if let Ok(names) = parse(&text) {
            prop_assert!(names.node != 0 && names.port != 0);
        }
    }
}
