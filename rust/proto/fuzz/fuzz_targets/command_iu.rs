// SPDX-License-Identifier: GPL-2.0

//! Command IUs that come to a target: which are taken, and what data they
//! move, told again by formulas over the bytes.

#![no_main]
#![deny(unsafe_code)]

use libfuzzer_sys::fuzz_target;
use nvme_fc_proto::command::cmd_iu::{
    check,
    transfer,
    Transfer, //
};

fuzz_target!(|data: &[u8]| {
    let good = data.len() == 96 && data[..4] == [0xfd, 0x28, 0x00, 0x18];
    let iu = match check(data) {
        Ok(iu) => iu,
        Err(error) => {
            assert!(!good && !error.text().is_empty());
            return;
        }
    };
    assert!(good);

    // The opcode's bit 0, or that of the type of a fabrics command.
    let code = if data[24] == 0x7f { data[28] } else { data[24] };
    let (flags, write) = (data[7] & 3, code & 1 != 0);
    let length = u32::from_be_bytes([data[20], data[21], data[22], data[23]]);
    let expected = match (flags, write) {
        (0, _) if length == 0 => Some(Transfer::None),
        (1, true) | (2, false) if length == 0 => Some(Transfer::None),
        (1, true) => Some(Transfer::Write(length)),
        (2, false) => Some(Transfer::Read(length)),
        _ => None,
    };
    match transfer(iu) {
        Ok(transfer) => {
            assert_eq!(Some(transfer), expected);
            assert_eq!(transfer.length(), length);
        }
        Err(error) => assert!(expected.is_none() && !error.text().is_empty()),
    }
});
