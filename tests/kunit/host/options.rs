// SPDX-License-Identifier: GPL-2.0

//! Options of a controller, built as `nvmf_free_options` frees them, and the
//! way from them to a controller.
//!
//! C header: `drivers/nvme/host/fabrics.h`

use core::{
    mem::ManuallyDrop,
    ptr, //
};

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    abi,
    lldd::ports::PortInfo,
    shim, //
};

use super::{
    controller::Controller,
    lldd::Lldd,
    ports, //
};

/// Name of the subsystem.
pub(crate) const SUBSYSTEM: &CStr = c"nqn.2014-08.org.example:nvme-fc-kunit";
/// Name of the host.
const HOST: &CStr = c"nqn.2014-08.org.nvmexpress:uuid:00000000-0000-4000-8000-6e766d652d66";
/// Identifier of the host.
const HOST_ID: [u8; 16] = *b"nvme-fc-kunit-id";

/// What a user asks for.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    /// I/O queues.
    pub(crate) queues: c_uint,
    /// Entries of each.
    pub(crate) entries: usize,
    /// Seconds of keep-alive; 0 for none.
    pub(crate) keep_alive: c_uint,
    /// Seconds between attempts.
    pub(crate) delay: c_uint,
    /// Attempts; -1 for no limit.
    pub(crate) attempts: c_int,
    /// Whether a second controller of the kind is wanted.
    pub(crate) duplicate: bool,
    /// The target port's address, if it is not to be that of `remote`.
    pub(crate) traddr: Option<&'static CStr>,
    /// The host port's address, if it is not to be that of `local`.
    pub(crate) host_traddr: Option<&'static CStr>,
    /// The target port.
    pub(crate) remote: PortInfo,
    /// The host port.
    pub(crate) local: PortInfo,
}

impl Wish {
    /// One attempt, two I/O queues.
    pub(crate) const ONCE: Self = Self {
        queues: 2,
        entries: 16,
        keep_alive: 0,
        delay: 1,
        attempts: 0,
        duplicate: false,
        traddr: None,
        host_traddr: None,
        remote: ports::REMOTE,
        local: ports::LOCAL,
    };

    /// As many attempts as it takes, one a second.
    pub(crate) const PATIENT: Self = Self {
        attempts: -1,
        ..Self::ONCE
    };
}

/// Text in memory that `kfree` takes.
fn text(bytes: &[u8]) -> Result<*mut c_char> {
    let mut vec = KVec::with_capacity(bytes.len().saturating_add(1), GFP_KERNEL)?;
    vec.extend_from_slice(bytes, GFP_KERNEL)?;
    vec.push(0, GFP_KERNEL)?;
    let mut vec = ManuallyDrop::new(vec);
    Ok(vec.as_mut_ptr().cast())
}

/// An address as nvme-cli writes it.
fn address(info: &PortInfo) -> Result<*mut c_char> {
    let mut bytes = *b"nn-0x0000000000000000:pn-0x0000000000000000";
    for (start, name) in [(5, info.node_name), (27, info.port_name)] {
        for (digit, place) in bytes.iter_mut().skip(start).take(16).enumerate() {
            // CAST: Four bits.
            let value = (name >> (60usize.saturating_sub(digit.saturating_mul(4)))) as u8 & 0xf;
            *place = match value {
                0..=9 => b'0'.wrapping_add(value),
                _ => b'a'.wrapping_add(value).wrapping_sub(10),
            };
        }
    }
    text(&bytes)
}

/// Options that are freed unless a controller takes them.
struct Options(*mut abi::nvmf_ctrl_options);

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: Made by `new`, and owned.
        unsafe { abi::nvmf_free_options(self.0) };
    }
}

impl Options {
    /// Builds what nvme-fabrics would parse.
    fn new(wish: &Wish) -> Result<Self> {
        let options = KBox::new(abi::nvmf_ctrl_options::default(), GFP_KERNEL)?;
        let this = Self(KBox::into_raw(options));
        // SAFETY: Owned; what is missing on an early return is null.
        let options = unsafe { &mut *this.0 };
        options.host = Self::host()?;
        options.transport = text(b"fc")?;
        options.subsysnqn = text(SUBSYSTEM.to_bytes())?;
        options.traddr = match wish.traddr {
            Some(traddr) => text(traddr.to_bytes())?,
            None => address(&wish.remote)?,
        };
        options.host_traddr = match wish.host_traddr {
            Some(traddr) => text(traddr.to_bytes())?,
            None => address(&wish.local)?,
        };
        options.mask = abi::NVMF_OPT_TRADDR | abi::NVMF_OPT_HOST_TRADDR;
        options.queue_size = wish.entries;
        options.nr_io_queues = wish.queues;
        options.kato = wish.keep_alive;
        options.reconnect_delay = wish.delay;
        options.max_reconnects = wish.attempts;
        options.duplicate_connect = wish.duplicate;
        options.fast_io_fail_tmo = -1;
        options.tos = -1;
        Ok(this)
    }

    /// A host that is on no list: its list entry points at itself.
    fn host() -> Result<*mut abi::nvmf_host> {
        let host = KBox::into_raw(KBox::new(abi::nvmf_host::default(), GFP_KERNEL)?);
        // SAFETY: Just made.
        unsafe {
            (*host).list.next = &raw mut (*host).list;
            (*host).list.prev = &raw mut (*host).list;
            (*host).ref_.refcount.refs.counter = 1;
            ptr::copy_nonoverlapping(
                HOST.as_char_ptr(),
                (&raw mut (*host).nqn).cast(),
                HOST.to_bytes_with_nul().len(),
            );
            (&raw mut (*host).id).cast::<[u8; 16]>().write(HOST_ID);
        }
        Ok(host)
    }
}

/// Makes a controller, as nvme-fabrics does for a user. Context: may sleep;
/// waits for the end of the first attempt to connect.
///
/// # Errors
///
/// The transport's.
pub(crate) fn connect(
    parent: *mut abi::device,
    lldd: &Arc<Lldd>,
    wish: &Wish,
) -> Result<Controller, c_int> {
    let options = Options::new(wish).map_err(|error| error.to_errno())?;
    // SAFETY: The host transport's own table, which is constant.
    let transport = unsafe { &*abi::nvme_fc_kunit_transport() };
    let Some(create) = transport.create_ctrl else {
        return Err(EINVAL.to_errno());
    };
    // SAFETY: The table names its module.
    if !unsafe { shim::try_module_get(transport.module) } {
        return Err(EBUSY.to_errno());
    }
    // SAFETY: The parent is alive, as the bench's own device; the options are
    // the controller's if it is made.
    let made = unsafe { create(parent, options.0) };
    // SAFETY: Taken above.
    unsafe { shim::module_put(transport.module) };
    let made = kernel::error::from_err_ptr(made).map_err(|error| error.to_errno())?;
    core::mem::forget(options);
    // SAFETY: The reference is nvme-fabrics', which is ours here.
    Ok(unsafe { Controller::new(made, lldd) })
}
