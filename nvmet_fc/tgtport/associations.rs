// SPDX-License-Identifier: GPL-2.0

//! The associations of a target port, until the delete work of each begins.

#![deny(unsafe_code)]

use core::ptr;

use kernel::sync::{
    rcu,
    Arc, //
};

use crate::{
    association::{
        Association,
        Carrier, //
    },
    nvmet::queue::CtrlId,
    queue::ConnTable,
    shared::{
        fc::port::{
            HostHandle,
            KeepsHost, //
        },
        proto::ids::AssociationId,
        support::rcu_table::Removed, //
    },
    tgtport::TargetPort, //
};

/// Associations that are gone through at a time with interrupts off.
const AT_A_TIME: usize = 32;

impl TargetPort {
    /// Visits every association that is listed, the newest first, until
    /// `visit` has seen enough. None is left out that was there at the start and
    /// still is; one may come twice. Context: any; the lock is held, but given up
    /// from time to time.
    pub(super) fn each_association(&self, mut visit: impl FnMut(&Arc<Association>) -> bool) {
        let mut end = usize::MAX;
        while end != 0 {
            let list = self.associations.lock();
            let to = end.min(list.len());
            end = to.saturating_sub(AT_A_TIME);
            // What leaves the list moves others down, never up to where this has
            // been.
            let some = list.get(end..to).unwrap_or_default();
            if !some.iter().rev().all(&mut visit) {
                return;
            }
        }
    }

    /// Schedules the end of every association that `chosen` accepts. Context:
    /// any.
    pub(crate) fn delete_associations(&self, chosen: impl Fn(&Association) -> bool) {
        self.each_association(|association| {
            if chosen(association) {
                association.schedule_delete();
            }
            true
        });
    }

    /// The LLDD lost the host port behind `handle`: ends its associations, and
    /// releases the handle when nothing uses it. Context: any in which the
    /// LLDD's `host_release` may be called.
    pub(crate) fn invalidate_host(&self, handle: HostHandle) {
        let is_used = self.hosts.lock().invalidate(handle);
        if !is_used {
            self.lldd.host_release(handle);
            return;
        }
        self.delete_associations(|association| {
            association
                .host()
                .is_some_and(|host| host.handle() == handle)
        });
    }

    /// Finds an association, which may be going. Context: any.
    pub(crate) fn find_association(&self, id: AssociationId) -> Option<Arc<Association>> {
        let guard = rcu::read_lock();
        self.identifiers.find(id, &guard).map(Arc::from)
    }

    /// Finds the association of a controller. Context: any.
    pub(crate) fn find_ctrl(&self, ctrl: CtrlId) -> Option<Arc<Association>> {
        let mut found = None;
        self.each_association(|association| {
            if association.ctrl() == Some(ctrl) {
                found = Some(association.clone());
            }
            found.is_none()
        });
        found
    }
}

impl Carrier for TargetPort {
    fn connections(&self) -> &ConnTable {
        &self.connections
    }

    fn forget(&self, association: &Association) -> Option<Removed> {
        let mut associations = self.associations.lock();
        let taken = associations
            .iter()
            .position(|other| ptr::eq(&**other, association))
            .and_then(|at| associations.remove(at).ok());
        drop(associations);
        drop(taken);
        self.identifiers.remove(association)
    }
}
