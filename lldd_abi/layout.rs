// SPDX-License-Identifier: GPL-2.0

//! The pinned LLDD ABI.
//!
//! Every struct of `<linux/nvme-fc-driver.h>` that crosses to an LLDD, with its
//! size and the offset of each field on 64-bit kernels of the 7.3 series. A
//! kernel whose headers say otherwise does not compile, rather than corrupt the
//! memory of an HBA driver that was built against the layout below.

#![deny(unsafe_code)]

/// Asserts size and field offsets of structs that bindgen made.
macro_rules! pin_layout {
    ($($name:ident: $size:literal { $($field:ident: $offset:literal),* $(,)? })*) => {
        $(
            const _: () = assert!(
                core::mem::size_of::<crate::abi::$name>() == $size,
                concat!("struct ", stringify!($name), " has another size")
            );
            $(
                const _: () = assert!(
                    core::mem::offset_of!(crate::abi::$name, $field) == $offset,
                    concat!("struct ", stringify!($name), ": ", stringify!($field), " moved")
                );
            )*
        )*
    };
}

#[cfg(CONFIG_64BIT)]
pin_layout! {
    nvmefc_ls_req: 64 {
        rqstaddr: 0,
        rqstdma: 8,
        rqstlen: 16,
        rspaddr: 24,
        rspdma: 32,
        rsplen: 40,
        timeout: 44,
        private: 48,
        done: 56,
    }
    nvmefc_ls_rsp: 40 {
        rspbuf: 0,
        rspdma: 8,
        rsplen: 16,
        done: 24,
        nvme_fc_private: 32,
    }
    nvme_fc_port_info: 32 {
        node_name: 0,
        port_name: 8,
        port_role: 16,
        port_id: 20,
        dev_loss_tmo: 24,
    }
    nvmefc_fcp_req: 104 {
        cmdaddr: 0,
        rspaddr: 8,
        cmddma: 16,
        rspdma: 24,
        cmdlen: 32,
        rsplen: 34,
        payload_length: 36,
        sg_table: 40,
        first_sgl: 56,
        sg_cnt: 64,
        io_dir: 68,
        done: 72,
        private: 80,
        sqid: 88,
        rcv_rsplen: 90,
        transferred_length: 92,
        status: 96,
    }
    nvme_fc_local_port: 40 {
        port_num: 0,
        port_role: 4,
        node_name: 8,
        port_name: 16,
        private: 24,
        port_id: 32,
        port_state: 36,
    }
    nvme_fc_remote_port: 56 {
        port_num: 0,
        port_role: 4,
        node_name: 8,
        port_name: 16,
        localport: 24,
        private: 32,
        dev_loss_tmo: 40,
        port_id: 44,
        port_state: 48,
    }
    nvme_fc_port_template: 112 {
        localport_delete: 0,
        remoteport_delete: 8,
        create_queue: 16,
        delete_queue: 24,
        ls_req: 32,
        fcp_io: 40,
        ls_abort: 48,
        fcp_abort: 56,
        xmt_ls_rsp: 64,
        map_queues: 72,
        max_hw_queues: 80,
        max_sgl_segments: 84,
        max_dif_sgl_segments: 86,
        dma_boundary: 88,
        local_priv_sz: 96,
        remote_priv_sz: 100,
        lsrqst_priv_sz: 104,
        fcprqst_priv_sz: 108,
    }
    nvmet_fc_port_info: 24 {
        node_name: 0,
        port_name: 8,
        port_id: 16,
    }
    nvmefc_tgt_fcp_req: 88 {
        op: 0,
        hwqid: 2,
        offset: 4,
        timeout: 8,
        transfer_length: 12,
        ba_rjt: 16,
        sg: 24,
        sg_cnt: 32,
        rspaddr: 40,
        rspdma: 48,
        rsplen: 56,
        done: 64,
        nvmet_fc_private: 72,
        transferred_length: 80,
        fcp_error: 84,
    }
    nvmet_fc_target_port: 40 {
        port_num: 0,
        node_name: 8,
        port_name: 16,
        private: 24,
        port_id: 32,
        port_state: 36,
    }
    nvmet_fc_target_template: 120 {
        targetport_delete: 0,
        xmt_ls_rsp: 8,
        fcp_op: 16,
        fcp_abort: 24,
        fcp_req_release: 32,
        defer_rcv: 40,
        discovery_event: 48,
        ls_req: 56,
        ls_abort: 64,
        host_release: 72,
        host_traddr: 80,
        max_hw_queues: 88,
        max_sgl_segments: 92,
        max_dif_sgl_segments: 94,
        dma_boundary: 96,
        target_features: 104,
        target_priv_sz: 108,
        lsrqst_priv_sz: 112,
    }
    fc_ba_rjt: 4 {
        br_resvd: 0,
        br_reason: 1,
        br_explan: 2,
        br_vendor: 3,
    }
}

/// Asserts the value of a constant that LLDDs and transports must agree on.
macro_rules! pin_value {
    ($($name:ident = $value:literal),* $(,)?) => {
        $(const _: () = assert!(
            crate::abi::$name as u64 == $value,
            concat!(stringify!($name), " has another value")
        );)*
    };
}

pin_value! {
    nvme_fc_obj_state_FC_OBJSTATE_ONLINE = 2,
    nvme_fc_obj_state_FC_OBJSTATE_DELETED = 10,
    nvmefc_fcp_datadir_NVMEFC_FCP_NODATA = 0,
    nvmefc_fcp_datadir_NVMEFC_FCP_WRITE = 1,
    nvmefc_fcp_datadir_NVMEFC_FCP_READ = 2,
}
