// SPDX-License-Identifier: GPL-2.0

//! What nvmet calls: `struct nvmet_fabrics_ops`.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use core::{
    fmt::Write,
    ptr::NonNull,
    slice, //
};

use kernel::{
    error::{
        from_result,
        to_result, //
    },
    pr_warn_once,
    prelude::*,
    str::Formatter, //
};

use crate::{
    abi::{
        self,
        AssertSync, //
    },
    nvmet::{
        CtrlId,
        NvmetPort,
        MDTS, //
    },
    queue::{
        command,
        exchange::Exchange, //
    },
    tgtport::{
        register,
        registry, //
    }, //
};

/// The table. nvmet changes nothing in it.
///
/// There is no `install_queue`: nvmet calls it when it has given half of the
/// queue to a controller already, and does not take that back if it fails. What
/// a Connect says is looked at before (`queue/connect.rs`).
static FABRICS_OPS: AssertSync<abi::nvmet_fabrics_ops> = AssertSync(abi::nvmet_fabrics_ops {
    owner: <crate::NvmetFcModule as kernel::ModuleMetadata>::THIS_MODULE.as_ptr(),
    type_: abi::NVMF_TRTYPE_FC,
    msdbd: 1,
    queue_response: Some(queue_response),
    add_port: Some(add_port),
    remove_port: Some(remove_port),
    delete_ctrl: Some(delete_ctrl),
    get_mdts: Some(get_mdts),
    host_traddr: Some(host_traddr),
    discovery_chg: Some(discovery_chg),
    ..pin_init::zeroed()
});

/// The table, for nvmet.
#[inline]
pub(crate) fn fabrics_ops() -> *const abi::nvmet_fabrics_ops {
    &raw const FABRICS_OPS.0
}

/// nvmet knows the transport for as long as this lives.
pub(crate) struct Registration(());

impl Registration {
    /// Makes the transport known. Context: may sleep.
    ///
    /// # Errors
    ///
    /// nvmet's: there is an FC transport already.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: The table is static.
        to_result(unsafe { abi::nvmet_register_transport(fabrics_ops()) })?;
        Ok(Self(()))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: Registered by `new`.
        unsafe { abi::nvmet_unregister_transport(fabrics_ops()) };
    }
}

/// A command is completed. Context: any, hard IRQ included.
///
/// # Safety
///
/// Called by nvmet, with objects of its own.
unsafe extern "C" fn queue_response(request: *mut abi::nvmet_req) {
    if let Some(request) = NonNull::new(request) {
        // SAFETY: nvmet gives back what it was given.
        command::completed(unsafe { Exchange::from_nvmet(request) });
    }
}

/// The user enables an nvmet port. Context: may sleep.
///
/// # Safety
///
/// Called by nvmet, with objects of its own.
unsafe extern "C" fn add_port(port: *mut abi::nvmet_port) -> c_int {
    from_result(|| {
        // SAFETY: The port is nvmet's.
        let port = unsafe { NvmetPort::new(NonNull::new(port).ok_or(EINVAL)?) };
        if !port.is_fc() {
            pr_warn!("port refused: transport type and address family must be fc\n");
            return Err(EINVAL);
        }
        let (names, is_usual) = port.traddr().map_err(|error| {
            pr_warn!(
                "nvme_fc_parse_traddr: bad traddr string: {} (at {})\n",
                error.text(),
                error.position().unwrap_or(0)
            );
            EINVAL
        })?;
        if !is_usual {
            let names = names.format();
            pr_warn_once!(
                "addr_traddr of an nvmet port is not spelled as hosts expect it in discovery logs: {}\n",
                core::str::from_utf8(&names).unwrap_or_default()
            );
        }
        registry::bind(port, names).inspect_err(|error| {
            let why = match *error {
                ENXIO => "no target port has this name",
                EALREADY => "the target port has an nvmet port",
                _ => "no memory",
            };
            pr_warn!("port 0x{:016x} not enabled: {}\n", names.port, why);
        })?;
        Ok(0)
    })
}

/// The user disables an nvmet port. Context: may sleep.
///
/// # Safety
///
/// Called by nvmet, with objects of its own.
unsafe extern "C" fn remove_port(port: *mut abi::nvmet_port) {
    if let Some(port) = NonNull::new(port) {
        // SAFETY: The port is nvmet's.
        registry::unbind(unsafe { NvmetPort::new(port) });
    }
}

/// The discovery log behind a port changed. Context: may sleep.
///
/// # Safety
///
/// Called by nvmet, with objects of its own.
unsafe extern "C" fn discovery_chg(port: *mut abi::nvmet_port) {
    let Some(port) = NonNull::new(port) else {
        return;
    };
    // SAFETY: The port is nvmet's.
    if let Some(port) = registry::port_of(unsafe { NvmetPort::new(port) }) {
        register::discovery_changed(&port);
    }
}

/// A controller is to go, and its association with it. Context: may sleep, but
/// a subsystem's lock may be held.
///
/// # Safety
///
/// Called by nvmet, with objects of its own.
unsafe extern "C" fn delete_ctrl(ctrl: *mut abi::nvmet_ctrl) {
    registry::delete_ctrl(CtrlId::new(ctrl));
}

/// The most data that hosts are told to move by one command.
///
/// # Safety
///
/// Called by nvmet, with objects of its own.
unsafe extern "C" fn get_mdts(_ctrl: *const abi::nvmet_ctrl) -> u8 {
    MDTS
}

/// The address of a controller's host, for debugfs. Context: may sleep.
///
/// # Safety
///
/// Called by nvmet, with objects of its own.
unsafe extern "C" fn host_traddr(
    ctrl: *mut abi::nvmet_ctrl,
    traddr: *mut c_char,
    length: usize,
) -> isize {
    from_result(|| {
        let association = registry::find_ctrl(CtrlId::new(ctrl)).ok_or(ENODEV)?;
        let port = association.port();
        let host = association.host().ok_or(ENODEV)?;
        if !port.lldd.template().resolves_hosts() {
            return Ok(0);
        }
        // SAFETY: The association uses the handle, so it was not released.
        let (node, name) = unsafe { port.lldd.host_traddr(host.handle())? };
        // SAFETY: nvmet gives so many bytes to write to.
        let bytes = unsafe { slice::from_raw_parts_mut(traddr.cast::<u8>(), length) };
        let mut out = Formatter::new(bytes);
        write!(out, "nn-0x{node:x}:pn-0x{name:x}\0").map_err(|_| EOVERFLOW)?;
        // CAST: A few dozen bytes. The terminator does not count.
        Ok(out.bytes_written().saturating_sub(1) as isize)
    })
}
