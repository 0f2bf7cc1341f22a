// SPDX-License-Identifier: GPL-2.0

//! `struct nvme_fc_port_template`: what nvme-fc calls, as a trait.

use core::{
    ffi::c_void,
    marker::PhantomData,
    ptr::{self, NonNull}, //
};

use kernel::{prelude::*, types::Opaque};

use crate::{
    abi,
    lldd::{
        accounting::ACCOUNTING,
        fcp_request::{
            FcpRequest,
            Refused, //
        },
        ls_request::LsRequest,
        ls_response::LsResponse,
        ports::{
            LocalPort,
            RemotePort, //
        }, //
    }, //
};

/// An LLDD with local ports. Errnos are negative.
pub(crate) trait HostLldd: Sized + 'static {
    /// What the LLDD knows link services by that it hands to nvme-fc.
    type Received: Send;

    /// A local port is gone. Context: may sleep.
    fn localport_delete(port: &LocalPort);

    /// A remote port is gone. Context: may sleep.
    fn remoteport_delete(port: &RemotePort);

    /// nvme-fc asks for a queue of so many entries; returns its handle. Context: may sleep.
    fn create_queue(port: &LocalPort, index: u16, entries: u16) -> Result<usize, c_int>;

    /// nvme-fc gives a queue back. Context: may sleep.
    fn delete_queue(port: &LocalPort, index: u16, handle: usize);

    /// The block layer has queues mapped to processors: as it would by itself. Context: may sleep.
    fn map_queues(port: &LocalPort);

    /// nvme-fc sends a link service. Context: may sleep.
    fn ls_req(
        port: &LocalPort,
        remote: &RemotePort,
        request: LsRequest,
    ) -> Result<(), Refused<LsRequest>>;

    /// nvme-fc aborts the link service of that address. Context: may sleep.
    fn ls_abort(port: &LocalPort, request: usize);

    /// nvme-fc sends a command on the queue of that handle. Context: any but hard IRQ; must not
    /// sleep.
    fn fcp_io(
        port: &LocalPort,
        remote: &RemotePort,
        queue: usize,
        request: FcpRequest,
    ) -> Result<(), Refused<FcpRequest>>;

    /// nvme-fc aborts the command of that address. Context: may sleep.
    fn fcp_abort(port: &LocalPort, queue: usize, request: usize);

    /// nvme-fc answers a link service; on error the LLDD has freed the response. Context: may sleep.
    fn xmt_ls_rsp(port: &LocalPort, response: LsResponse<Self::Received>) -> Result<(), c_int>;
}

/// A template. nvme-fc keeps its address as long as it knows the port.
///
/// # Invariants
///
/// The functions in it are those of [`VTable`], or missing.
#[repr(transparent)]
pub(crate) struct Template(Opaque<abi::nvme_fc_port_template>);

// SAFETY: Plain data, which is no thread's own.
unsafe impl Send for Template {}
// SAFETY: Written by `set_queues` alone, by one store, once it is shared.
unsafe impl Sync for Template {}

impl Template {
    /// The template of `T` with everything in it, after `edit` has set limits, and taken functions
    /// out.
    pub(crate) fn new<T: HostLldd>(edit: impl FnOnce(&mut abi::nvme_fc_port_template)) -> Self {
        let mut template = VTable::<T>::TEMPLATE;
        edit(&mut template);
        // INVARIANT: `edit` has no other functions of these types to put in.
        Self(Opaque::new(template))
    }

    /// Changes the number of hardware queues while nvme-fc knows the template, as HBA drivers do.
    pub(crate) fn set_queues(&self, queues: u32) {
        // SAFETY: The field is valid, and nvme-fc reads it by single loads.
        unsafe { (&raw mut (*self.0.get()).max_hw_queues).write_volatile(queues) };
    }

    /// The C table.
    pub(crate) fn as_raw(&self) -> *mut abi::nvme_fc_port_template {
        self.0.get()
    }
}

/// What an operation returns to C.
fn status<T>(result: Result<(), Refused<T>>) -> c_int {
    result.map_or_else(|refused| refused.errno, |()| 0)
}

/// The C functions of an LLDD.
struct VTable<T>(PhantomData<T>);

/// The functions are called by nvme-fc alone, with objects that are valid as the documentation of the
/// template says: ports until their delete callback has returned, requests until `done`.
#[allow(
    clippy::missing_safety_doc,
    reason = "it is the same for all, and said above"
)]
impl<T: HostLldd> VTable<T> {
    /// Everything, with limits that no port needs to change.
    const TEMPLATE: abi::nvme_fc_port_template = abi::nvme_fc_port_template {
        localport_delete: Some(Self::localport_delete),
        remoteport_delete: Some(Self::remoteport_delete),
        create_queue: Some(Self::create_queue),
        delete_queue: Some(Self::delete_queue),
        ls_req: Some(Self::ls_req),
        fcp_io: Some(Self::fcp_io),
        ls_abort: Some(Self::ls_abort),
        fcp_abort: Some(Self::fcp_abort),
        xmt_ls_rsp: Some(Self::xmt_ls_rsp),
        map_queues: Some(Self::map_queues),
        max_hw_queues: 4,
        max_sgl_segments: 64,
        max_dif_sgl_segments: 64,
        dma_boundary: 0xffff_ffff,
        local_priv_sz: 0,
        remote_priv_sz: 0,
        lsrqst_priv_sz: 0,
        fcprqst_priv_sz: 0,
    };

    unsafe extern "C" fn localport_delete(port: *mut abi::nvme_fc_local_port) {
        // SAFETY: The port is valid until this returns.
        T::localport_delete(unsafe { LocalPort::from_raw(port) });
    }

    unsafe extern "C" fn remoteport_delete(port: *mut abi::nvme_fc_remote_port) {
        // SAFETY: The port is valid until this returns.
        T::remoteport_delete(unsafe { RemotePort::from_raw(port) });
    }

    unsafe extern "C" fn create_queue(
        port: *mut abi::nvme_fc_local_port,
        index: c_uint,
        entries: u16,
        handle: *mut *mut c_void,
    ) -> c_int {
        ACCOUNTING.expect_sleep();
        // SAFETY: The port is valid during the call.
        let port = unsafe { LocalPort::from_raw(port) };
        match T::create_queue(port, u16::try_from(index).unwrap_or(u16::MAX), entries) {
            Ok(made) => {
                // SAFETY: Where nvme-fc wants the handle, which it never follows.
                unsafe { handle.write(ptr::without_provenance_mut(made)) };
                0
            }
            Err(errno) => errno,
        }
    }

    unsafe extern "C" fn delete_queue(
        port: *mut abi::nvme_fc_local_port,
        index: c_uint,
        handle: *mut c_void,
    ) {
        ACCOUNTING.expect_sleep();
        // SAFETY: The port is valid during the call.
        let port = unsafe { LocalPort::from_raw(port) };
        T::delete_queue(
            port,
            u16::try_from(index).unwrap_or(u16::MAX),
            handle as usize,
        );
    }

    unsafe extern "C" fn map_queues(
        port: *mut abi::nvme_fc_local_port,
        map: *mut abi::blk_mq_queue_map,
    ) {
        // SAFETY: The port is valid during the call.
        T::map_queues(unsafe { LocalPort::from_raw(port) });
        // SAFETY: The map is the block layer's, made for this.
        unsafe { abi::blk_mq_map_queues(map) };
    }

    unsafe extern "C" fn ls_req(
        port: *mut abi::nvme_fc_local_port,
        remote: *mut abi::nvme_fc_remote_port,
        request: *mut abi::nvmefc_ls_req,
    ) -> c_int {
        ACCOUNTING.expect_sleep();
        let Some(request) = NonNull::new(request) else {
            return EINVAL.to_errno();
        };
        // SAFETY: The ports are valid during the call.
        let (port, remote) = unsafe { (LocalPort::from_raw(port), RemotePort::from_raw(remote)) };
        // SAFETY: The LLDD's until `done`, unless it comes back in `Refused`.
        status(T::ls_req(port, remote, unsafe { LsRequest::new(request) }))
    }

    unsafe extern "C" fn ls_abort(
        port: *mut abi::nvme_fc_local_port,
        _remote: *mut abi::nvme_fc_remote_port,
        request: *mut abi::nvmefc_ls_req,
    ) {
        // SAFETY: The port is valid during the call.
        T::ls_abort(unsafe { LocalPort::from_raw(port) }, request as usize);
    }

    unsafe extern "C" fn fcp_io(
        port: *mut abi::nvme_fc_local_port,
        remote: *mut abi::nvme_fc_remote_port,
        queue: *mut c_void,
        request: *mut abi::nvmefc_fcp_req,
    ) -> c_int {
        let Some(request) = NonNull::new(request) else {
            return EINVAL.to_errno();
        };
        // SAFETY: The ports are valid during the call.
        let (port, remote) = unsafe { (LocalPort::from_raw(port), RemotePort::from_raw(remote)) };
        // SAFETY: The LLDD's until `done`, unless it comes back in `Refused`.
        let request = unsafe { FcpRequest::new(request) };
        status(T::fcp_io(port, remote, queue as usize, request))
    }

    unsafe extern "C" fn fcp_abort(
        port: *mut abi::nvme_fc_local_port,
        _remote: *mut abi::nvme_fc_remote_port,
        queue: *mut c_void,
        request: *mut abi::nvmefc_fcp_req,
    ) {
        // SAFETY: The port is valid during the call.
        let port = unsafe { LocalPort::from_raw(port) };
        T::fcp_abort(port, queue as usize, request as usize);
    }

    unsafe extern "C" fn xmt_ls_rsp(
        port: *mut abi::nvme_fc_local_port,
        _remote: *mut abi::nvme_fc_remote_port,
        response: *mut abi::nvmefc_ls_rsp,
    ) -> c_int {
        ACCOUNTING.expect_sleep();
        // SAFETY: The port is valid during the call.
        let port = unsafe { LocalPort::from_raw(port) };
        // SAFETY: nvme-fc got it from `Pass::receive_ls`, and gives it up.
        let response = unsafe { LsResponse::from_raw(response) };
        T::xmt_ls_rsp(port, response).map_or_else(|errno| errno, |()| 0)
    }
}
