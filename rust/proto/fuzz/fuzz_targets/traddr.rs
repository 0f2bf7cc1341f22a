// SPDX-License-Identifier: GPL-2.0

//! Transport addresses: what is read is what is written again.

#![no_main]
#![deny(unsafe_code)]

use libfuzzer_sys::fuzz_target;
use nvme_fc_proto::traddr::parse;

fuzz_target!(|text: &[u8]| {
    match parse(text) {
        Ok(address) => {
            let written = address.format();
            // Without the two "0x", the digits in either case.
            let plain = |text: &[u8]| {
                let text = String::from_utf8_lossy(text).to_lowercase();
                text.replace("-0x", "-")
            };
            assert_eq!(plain(&written), plain(text));
            assert!(address.node != 0 && address.port != 0);
            assert_eq!(parse(&written), Ok(address));
        }
        Err(error) => {
            assert!(!error.text().is_empty());
            assert!(error.position().is_none_or(|at| at <= text.len()));
        }
    }
});
