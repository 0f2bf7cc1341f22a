// SPDX-License-Identifier: GPL-2.0

//! The scripted LLDD as the transport sees it: a table of functions.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr::NonNull, //
};

use kernel::{
    prelude::*,
    sync::{
        Arc,
        ArcBorrow, //
    },
    types::Opaque, //
};

use crate::abi;

use super::{
    lldd::Lldd,
    received,
    script::On,
    taken::{
        Exchange,
        Service, //
    }, //
};

/// Bytes of the LLDD's memory beside a local port: a pointer to the LLDD.
pub(crate) const LOCAL_PRIVATE: usize = 8;
/// Bytes beside a remote port.
pub(crate) const REMOTE_PRIVATE: usize = 24;
/// Bytes beside a link service.
pub(crate) const LS_PRIVATE: usize = 40;
/// Bytes beside an exchange; no multiple of 8.
pub(crate) const FCP_PRIVATE: usize = 20;

/// A template.
#[repr(transparent)]
pub(crate) struct Template(Opaque<abi::nvme_fc_port_template>);

// SAFETY: Plain data.
unsafe impl Send for Template {}
// SAFETY: Written only through `edit`, before it is registered.
unsafe impl Sync for Template {}

impl Template {
    /// A template with everything in it.
    pub(crate) fn whole() -> Self {
        Self(Opaque::new(abi::nvme_fc_port_template {
            localport_delete: Some(localport_delete),
            remoteport_delete: Some(remoteport_delete),
            create_queue: Some(create_queue),
            delete_queue: Some(delete_queue),
            ls_req: Some(ls_req),
            fcp_io: Some(fcp_io),
            ls_abort: Some(ls_abort),
            fcp_abort: Some(fcp_abort),
            xmt_ls_rsp: Some(xmt_ls_rsp),
            map_queues: None,
            max_hw_queues: 4,
            max_sgl_segments: 64,
            max_dif_sgl_segments: 64,
            dma_boundary: 0xffff_ffff,
            // CAST: Small numbers.
            local_priv_sz: LOCAL_PRIVATE as u32,
            remote_priv_sz: REMOTE_PRIVATE as u32,
            lsrqst_priv_sz: LS_PRIVATE as u32,
            fcprqst_priv_sz: FCP_PRIVATE as u32,
        }))
    }

    /// One with something else in it.
    pub(crate) fn edited(edit: fn(&mut abi::nvme_fc_port_template)) -> Self {
        let template = Self::whole();
        // SAFETY: Nobody else has it.
        edit(unsafe { &mut *template.0.get() });
        template
    }

    /// Makes the LLDD map queues to CPUs.
    pub(crate) fn mapping(template: &mut abi::nvme_fc_port_template) {
        template.map_queues = Some(map_queues);
    }

    /// Changes the number of hardware queues while it is registered, as HBA
    /// drivers do.
    pub(crate) fn set_queues(&self, queues: u32) {
        // SAFETY: The transport reads it by single loads.
        unsafe { (&raw mut (*self.0.get()).max_hw_queues).write_volatile(queues) };
    }

    /// The C table.
    pub(crate) fn as_raw(&self) -> *mut abi::nvme_fc_port_template {
        self.0.get()
    }
}

/// The LLDD of a local port.
///
/// # Safety
///
/// `local` is a registered port of ours, or one whose `localport_delete` is
/// under way.
unsafe fn of<'a>(local: *mut abi::nvme_fc_local_port) -> ArcBorrow<'a, Lldd> {
    // SAFETY: `Ports` wrote it there at registration, and the bench holds the
    // LLDD until both ports are gone.
    unsafe { ArcBorrow::from_raw((*local).private.cast::<*const Lldd>().read()) }
}

/// `localport_delete`.
///
/// # Safety
///
/// As for all functions here: called by the transport as the C header says,
/// for a port of ours.
unsafe extern "C" fn localport_delete(local: *mut abi::nvme_fc_local_port) {
    // SAFETY: A port of ours.
    let lldd = unsafe { of(local) };
    lldd.local_deleted(local as usize);
}

/// `remoteport_delete`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn remoteport_delete(remote: *mut abi::nvme_fc_remote_port) {
    // SAFETY: A port of ours.
    let lldd = unsafe { of((*remote).localport) };
    lldd.remote_deleted(remote as usize);
}

/// `create_queue`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn create_queue(
    local: *mut abi::nvme_fc_local_port,
    index: c_uint,
    entries: u16,
    handle: *mut *mut c_void,
) -> c_int {
    // SAFETY: A port of ours.
    let lldd = unsafe { of(local) };
    match lldd.create_queue(u16::try_from(index).unwrap_or(u16::MAX), entries) {
        Ok(made) => {
            // SAFETY: Where the handle goes.
            unsafe { handle.write(made as *mut c_void) };
            0
        }
        Err(errno) => errno,
    }
}

/// `delete_queue`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn delete_queue(
    local: *mut abi::nvme_fc_local_port,
    index: c_uint,
    handle: *mut c_void,
) {
    // SAFETY: A port of ours.
    let lldd = unsafe { of(local) };
    lldd.delete_queue(u16::try_from(index).unwrap_or(u16::MAX), handle as usize);
}

/// `ls_req`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn ls_req(
    local: *mut abi::nvme_fc_local_port,
    remote: *mut abi::nvme_fc_remote_port,
    request: *mut abi::nvmefc_ls_req,
) -> c_int {
    // SAFETY: A port of ours.
    let lldd: Arc<Lldd> = unsafe { of(local) }.into();
    // SAFETY: As above.
    lldd.belongs(local as usize, unsafe { (*remote).localport } as usize);
    let Some(request) = NonNull::new(request) else {
        return EINVAL.to_errno();
    };
    // SAFETY: The transport's, until `done`.
    lldd.ls_req(unsafe { Service::new(request) })
}

/// `ls_abort`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn ls_abort(
    local: *mut abi::nvme_fc_local_port,
    _remote: *mut abi::nvme_fc_remote_port,
    request: *mut abi::nvmefc_ls_req,
) {
    // SAFETY: A port of ours.
    let lldd: Arc<Lldd> = unsafe { of(local) }.into();
    lldd.ls_abort(request as usize);
}

/// `fcp_io`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn fcp_io(
    local: *mut abi::nvme_fc_local_port,
    remote: *mut abi::nvme_fc_remote_port,
    handle: *mut c_void,
    request: *mut abi::nvmefc_fcp_req,
) -> c_int {
    // SAFETY: A port of ours.
    let lldd: Arc<Lldd> = unsafe { of(local) }.into();
    // SAFETY: As above.
    lldd.belongs(local as usize, unsafe { (*remote).localport } as usize);
    let Some(request) = NonNull::new(request) else {
        return EINVAL.to_errno();
    };
    // SAFETY: The transport's, until `done`.
    lldd.fcp_io(handle as usize, unsafe { Exchange::new(request) })
}

/// `fcp_abort`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn fcp_abort(
    local: *mut abi::nvme_fc_local_port,
    _remote: *mut abi::nvme_fc_remote_port,
    handle: *mut c_void,
    request: *mut abi::nvmefc_fcp_req,
) {
    // SAFETY: A port of ours.
    let lldd: Arc<Lldd> = unsafe { of(local) }.into();
    lldd.fcp_abort(handle as usize, request as usize);
}

/// `xmt_ls_rsp`.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn xmt_ls_rsp(
    local: *mut abi::nvme_fc_local_port,
    _remote: *mut abi::nvme_fc_remote_port,
    response: *mut abi::nvmefc_ls_rsp,
) -> c_int {
    // SAFETY: A port of ours.
    let lldd: Arc<Lldd> = unsafe { of(local) }.into();
    // SAFETY: One that `received` gave the transport, answered for the first
    // time.
    let answer = unsafe { received::Answer::new(response) };
    lldd.respond(answer)
}

/// `map_queues`: counts, and maps as without it.
///
/// # Safety
///
/// See above.
unsafe extern "C" fn map_queues(
    local: *mut abi::nvme_fc_local_port,
    map: *mut abi::blk_mq_queue_map,
) {
    // SAFETY: A port of ours.
    let lldd = unsafe { of(local) };
    lldd.step(On::MapQueues);
    lldd.books.counts.maps.add();
    // SAFETY: The map that is to be filled.
    unsafe { abi::blk_mq_map_queues(map) };
}
