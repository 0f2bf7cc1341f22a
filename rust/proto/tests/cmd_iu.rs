// SPDX-License-Identifier: GPL-2.0

//! Command IU: what a host sends, what a target takes.

use nvme_fc_proto::cmd_iu::*;
use nvme_fc_proto::wire::CommandIu;
use proptest::collection::vec;
use proptest::prelude::*;
use zerocopy::{FromBytes, IntoBytes};

/// An IU full of leftovers, initialised.
fn fresh(category: Category) -> CommandIu {
    let mut iu = CommandIu::read_from_bytes(&[0xa5; 96]).unwrap();

    initialise(&mut iu, category);
    iu
}

#[test]
fn initialise_leaves_nothing_behind() {
    let mut expected = [0; 96];
    expected[..4].copy_from_slice(&[0xfd, 0x28, 0, 24]);

    for (category, code) in [
        (Category::Admin, 0x01),
        (Category::Io(0), 0x08),
        (Category::Io(2), 0x0a),
        (Category::Io(0xff), 0x0f),
    ] {
        expected[6] = code;
        assert_eq!(fresh(category).as_bytes(), expected);
    }
}

#[test]
fn prepare_says_what_moves() {
    let mut iu = fresh(Category::Io(0));
    iu.sqe.opcode = 1;
    iu.sqe.flags = 0x02;
    iu.sqe.command_id = [7, 8];

    prepare(&mut iu, 0x1234_5678_9abc_0005, Direction::Write, 0x2000);
    set_sequence_number(&mut iu, 9);

    let bytes = iu.as_bytes();
    assert_eq!(bytes[7], 1);
    assert_eq!(bytes[8..16], 0x1234_5678_9abc_0005_u64.to_be_bytes());
    assert_eq!(bytes[16..20], 9_u32.to_be_bytes());
    assert_eq!(bytes[20..24], 0x2000_u32.to_be_bytes());
    assert_eq!(bytes[24..28], [1, 0x42, 7, 8]);
    assert_eq!(bytes[48..56], [0; 8]);
    assert_eq!(bytes[56..60], 0x2000_u32.to_le_bytes());
    assert_eq!(bytes[60..64], [0, 0, 0, 0x5a]);

    prepare(&mut iu, 1, Direction::Read, 512);
    assert_eq!(iu.flags, 2);
    prepare(&mut iu, 1, Direction::NoData, 0);
    assert_eq!(iu.flags, 0);
    assert_eq!(iu.sqe.sgl_type, 0x5a);
}

#[test]
fn a_target_takes_what_a_host_sends() {
    for (direction, opcode, length, expected) in [
        (Direction::Write, 1, 4096, Transfer::Write(4096)),
        (Direction::Read, 2, 4096, Transfer::Read(4096)),
        (Direction::NoData, 0, 0, Transfer::None),
        (Direction::NoData, 9, 0, Transfer::None),
    ] {
        let mut iu = fresh(Category::Io(0));
        iu.sqe.opcode = opcode;
        prepare(&mut iu, 1 << 16, direction, length);

        assert_eq!(check(iu.as_bytes()), Ok(&iu));
        assert_eq!(transfer(&iu), Ok(expected));
        assert_eq!(expected.length(), length);
    }
}

#[test]
fn check_refuses_every_other_form() {
    let good = fresh(Category::Admin);

    for length in (0..=200).filter(|length| *length != 96) {
        let mut bytes = good.as_bytes().to_vec();
        bytes.resize(length, 0);
        assert_eq!(check(&bytes), Err(CommandIuError::Length), "{length}");
    }
    for (place, error) in [
        (0, CommandIuError::Format),
        (1, CommandIuError::FcId),
        (2, CommandIuError::Words),
        (3, CommandIuError::Words),
    ] {
        for bit in 0..8 {
            let mut bytes = good.as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            assert_eq!(check(&bytes), Err(error));
            assert!(error.text().starts_with("Bad CMD IU"));
        }
    }
}

/// The rules of reference target-transport 1.7 step 4, with a zero length
/// moving nothing and both flags refused.
fn model(flags: u8, opcode: u8, fabrics_type: u8, length: u32) -> Result<Transfer, ()> {
    let writes = if opcode == 0x7f {
        fabrics_type % 2 == 1
    } else {
        opcode % 2 == 1
    };
    let (write, read) = (flags & 1 != 0, flags & 2 != 0);

    if write && read {
        return Err(());
    }
    if write {
        if !writes {
            return Err(());
        }
        return Ok(if length > 0 {
            Transfer::Write(length)
        } else {
            Transfer::None
        });
    }
    if read {
        if writes {
            return Err(());
        }
        return Ok(if length > 0 {
            Transfer::Read(length)
        } else {
            Transfer::None
        });
    }
    if length > 0 {
        Err(())
    } else {
        Ok(Transfer::None)
    }
}

#[test]
fn directions_against_the_model() {
    for flags in 0..=255 {
        for opcode in 0..=255 {
            for fabrics_type in [0, 1, 4] {
                for length in [0, 1, 4096, u32::MAX] {
                    let mut iu = fresh(Category::Io(0));
                    iu.flags = flags;
                    iu.sqe.opcode = opcode;
                    iu.sqe.namespace = [fabrics_type, 0xff, 0xff, 0xff];
                    iu.data_length.set(length);

                    assert_eq!(
                        transfer(&iu).map_err(|_| ()),
                        model(flags, opcode, fabrics_type, length)
                    );
                }
            }
        }
    }
}

#[test]
fn each_contradiction_is_named() {
    for (flags, opcode, length, error) in [
        (3, 1, 512, DirectionError::Bidirectional),
        (3, 2, 0, DirectionError::Bidirectional),
        (1, 2, 512, DirectionError::WriteFlag),
        (1, 2, 0, DirectionError::WriteFlag),
        (2, 1, 512, DirectionError::ReadFlag),
        (0, 1, 512, DirectionError::NoDirection),
    ] {
        let mut iu = fresh(Category::Io(0));
        iu.flags = flags;
        iu.sqe.opcode = opcode;
        iu.data_length.set(length);

        assert_eq!(transfer(&iu), Err(error));
        assert!(!error.text().is_empty());
    }
}

proptest! {
    #[test]
    fn no_transfer_is_empty(bytes in vec(any::<u8>(), 96)) {
        let iu = CommandIu::ref_from_bytes(&bytes).unwrap();

        match transfer(iu) {
            Ok(Transfer::Write(length) | Transfer::Read(length)) => {
                prop_assert!(length > 0);
                prop_assert_eq!(length, iu.data_length.get());
            }
            Ok(Transfer::None) | Err(_) => {}
        }
        let _ = check(&bytes);
    }
}
