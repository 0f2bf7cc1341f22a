// SPDX-License-Identifier: GPL-2.0

//! Command IU: what a host sends, what a target takes.

use super::{ensure, ensure_eq, CaseResult, OrFail, Payload};
use crate::proto::command::cmd_iu::*;
use crate::proto::wire::CommandIu;
use zerocopy::{FromBytes, IntoBytes};

/// An IU full of leftovers, initialised.
fn fresh(category: Category) -> CaseResult<CommandIu> {
    let mut iu = CommandIu::read_from_bytes(&[0xa5; 96]).ok().or_fail()?;

    initialise(&mut iu, category);
    Ok(iu)
}

pub(crate) fn initialise_leaves_nothing_behind() -> CaseResult {
    let mut expected = [0; 96];
    expected[..4].copy_from_slice(&[0xfd, 0x28, 0, 24]);

    for (category, code) in [
        (Category::Admin, 0x01),
        (Category::Io(0), 0x08),
        (Category::Io(2), 0x0a),
        (Category::Io(0xff), 0x0f),
    ] {
        expected[6] = code;
        ensure_eq!(fresh(category)?.as_bytes(), expected);
    }
    Ok(())
}

pub(crate) fn prepare_says_what_moves() -> CaseResult {
    let mut iu = fresh(Category::Io(0))?;
    iu.sqe.opcode = 1;
    iu.sqe.flags = 0x02;
    iu.sqe.command_id = [7, 8];

    prepare(&mut iu, 0x1234_5678_9abc_0005, Direction::Write, 0x2000);
    set_sequence_number(&mut iu, 9);

    let bytes = iu.as_bytes();
    ensure_eq!(bytes[7], 1);
    ensure_eq!(bytes[8..16], 0x1234_5678_9abc_0005_u64.to_be_bytes());
    ensure_eq!(bytes[16..20], 9_u32.to_be_bytes());
    ensure_eq!(bytes[20..24], 0x2000_u32.to_be_bytes());
    ensure_eq!(bytes[24..28], [1, 0x42, 7, 8]);
    ensure_eq!(bytes[48..56], [0; 8]);
    ensure_eq!(bytes[56..60], 0x2000_u32.to_le_bytes());
    ensure_eq!(bytes[60..64], [0, 0, 0, 0x5a]);

    prepare(&mut iu, 1, Direction::Read, 512);
    ensure_eq!(iu.flags, 2);
    prepare(&mut iu, 1, Direction::NoData, 0);
    ensure_eq!(iu.flags, 0);
    ensure_eq!(iu.sqe.sgl_type, 0x5a);
    Ok(())
}

pub(crate) fn a_target_takes_what_a_host_sends() -> CaseResult {
    for (direction, opcode, length, expected) in [
        (Direction::Write, 1, 4096, Transfer::Write(4096)),
        (Direction::Read, 2, 4096, Transfer::Read(4096)),
        (Direction::NoData, 0, 0, Transfer::None),
        (Direction::NoData, 9, 0, Transfer::None),
    ] {
        let mut iu = fresh(Category::Io(0))?;
        iu.sqe.opcode = opcode;
        prepare(&mut iu, 1 << 16, direction, length);

        ensure_eq!(check(iu.as_bytes()), Ok(&iu));
        ensure_eq!(transfer(&iu), Ok(expected));
        ensure_eq!(expected.length(), length);
    }
    Ok(())
}

pub(crate) fn check_refuses_every_other_form() -> CaseResult {
    let good = fresh(Category::Admin)?;

    for length in (0..=200).filter(|length| *length != 96) {
        let mut bytes = Payload::of(good.as_bytes());
        bytes.resize(length);
        ensure_eq!(check(&bytes), Err(CommandIuError::Length), "{length}");
    }
    for (place, error) in [
        (0, CommandIuError::Format),
        (1, CommandIuError::FcId),
        (2, CommandIuError::Words),
        (3, CommandIuError::Words),
    ] {
        for bit in 0..8 {
            let mut bytes = Payload::of(good.as_bytes());
            bytes[place] ^= 1 << bit;
            ensure_eq!(check(&bytes), Err(error));
            ensure!(error.text().starts_with("Bad CMD IU"));
        }
    }
    Ok(())
}

/// Which way a command's data goes: as its opcode says and its flags agree,
/// with a zero length moving nothing and both flags refused.
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

pub(crate) fn directions_against_the_model() -> CaseResult {
    for flags in 0..=255 {
        for opcode in 0..=255 {
            for fabrics_type in [0, 1, 4] {
                for length in [0, 1, 4096, u32::MAX] {
                    let mut iu = fresh(Category::Io(0))?;
                    iu.flags = flags;
                    iu.sqe.opcode = opcode;
                    iu.sqe.namespace = [fabrics_type, 0xff, 0xff, 0xff];
                    iu.data_length.set(length);

                    ensure_eq!(
                        transfer(&iu).map_err(|_| ()),
                        model(flags, opcode, fabrics_type, length)
                    );
                    if let Ok(moved) = transfer(&iu) {
                        ensure_eq!(sound_transfer(&iu), moved);
                    }
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn each_contradiction_is_named() -> CaseResult {
    for (flags, opcode, length, error) in [
        (3, 1, 512, DirectionError::Bidirectional),
        (3, 2, 0, DirectionError::Bidirectional),
        (1, 2, 512, DirectionError::WriteFlag),
        (1, 2, 0, DirectionError::WriteFlag),
        (2, 1, 512, DirectionError::ReadFlag),
        (0, 1, 512, DirectionError::NoDirection),
    ] {
        let mut iu = fresh(Category::Io(0))?;
        iu.flags = flags;
        iu.sqe.opcode = opcode;
        iu.data_length.set(length);

        ensure_eq!(transfer(&iu), Err(error));
        ensure!(!error.text().is_empty());
    }
    Ok(())
}
