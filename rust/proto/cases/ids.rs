// SPDX-License-Identifier: GPL-2.0

//! Identifiers: 48 random bits, the queue below them, zero for none.

use super::{ensure, ensure_eq, CaseResult, OrFail};
use crate::proto::ids::{AssociationId, ConnectionId};

pub(crate) fn zero_is_nobody() -> CaseResult {
    ensure_eq!(AssociationId::from_wire(0), None);
    ensure_eq!(ConnectionId::from_wire(0), None);
    ensure_eq!(AssociationId::from_random(0), None);
    ensure_eq!(AssociationId::from_random(0xffff), None);
    ensure!(AssociationId::from_random(0x1_0000).is_some());
    Ok(())
}

pub(crate) fn admin_connection_is_the_association() -> CaseResult {
    let id = AssociationId::from_random(0xdead_beef_cafe_f00d).or_fail()?;

    ensure_eq!(id.get(), 0xdead_beef_cafe_0000);
    ensure_eq!(id.connection(0).get(), id.get());
    ensure_eq!(id.connection(128).get(), 0xdead_beef_cafe_0080);
    Ok(())
}

pub(crate) fn small_connection_ids_belong_to_nobody() -> CaseResult {
    let id = ConnectionId::from_wire(0xffff).or_fail()?;

    ensure_eq!(id.association(), None);
    Ok(())
}
