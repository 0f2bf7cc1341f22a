// SPDX-License-Identifier: GPL-2.0

//! What the NVMe core, nvme-fabrics and the block layer call.

use kernel::{
    prelude::*,
    sync::{
        Arc,
        ArcBorrow, //
    }, //
};

use crate::{
    abi,
    ctrl::{
        aen,
        create,
        list,
        recovery,
        Ctrl, //
    },
    entry::attributes,
    io::operations::Requests,
    nvme::{
        fabrics::{
            Table,
            Transport,
            Wanted, //
        },
        mq::export_timeout,
        ops::CtrlOps,
        options::Options, //
    },
    shared::support::attributes::Group,
    LocalModule, //
};

impl CtrlOps for Ctrl {
    const NAME: &'static CStr = c"fc";
    type Module = LocalModule;

    fn files() -> &'static Group {
        &attributes::GROUP
    }

    fn reset(this: ArcBorrow<'_, Self>) {
        recovery::reset(this);
    }

    fn delete(this: ArcBorrow<'_, Self>) {
        recovery::delete(this);
    }

    fn submit_async_event(this: ArcBorrow<'_, Self>) {
        aen::submit(this);
    }

    fn freed(this: Arc<Self>) {
        list::freed(this);
    }
}

/// NVMe over Fibre Channel.
pub(crate) struct FibreChannel;

/// The transport's table.
pub(crate) static TRANSPORT: Table<FibreChannel> = Table::new();

// SAFETY: Of the NVMe core's object, `create::make` writes fields.
unsafe impl Transport for FibreChannel {
    type Ctrl = Ctrl;
    const OPTIONS: Wanted = Wanted {
        required: abi::NVMF_OPT_TRADDR | abi::NVMF_OPT_HOST_TRADDR,
        allowed: abi::NVMF_OPT_RECONNECT_DELAY | abi::NVMF_OPT_CTRL_LOSS_TMO,
    };

    fn make(options: &Options) -> Result<Arc<Ctrl>> {
        create::make::<aen::EventRequest>(options)
    }

    fn begin(ctrl: &Arc<Ctrl>, options: &Options) -> Result {
        create::begin(ctrl, options)
    }

    fn start(ctrl: &Arc<Ctrl>, options: &Options) {
        create::start(ctrl, options);
    }
}

export_timeout!(nvme_fc_rs_timeout, Requests<Ctrl>);
