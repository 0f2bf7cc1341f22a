// SPDX-License-Identifier: GPL-2.0
/*
 * Never linked: the private structs that the modules share with the modules of
 * the kernel, as the headers at hand have them, for tools/abi-guard to compare
 * with the type information of the very modules that will run.
 */
#include <linux/nvme.h>
#include "nvme.h"
#include "fabrics.h"
#include "nvmet.h"

/* Each with the module whose it is, which tools/abi-guard reads. */
static const struct nvme_ctrl *nvme_ctrl __used; /* nvme_core */
static const struct nvme_ctrl_ops *nvme_ctrl_ops __used; /* nvme_core */
static const struct nvme_request *nvme_request __used; /* nvme_core */
static const struct nvme_command *nvme_command __used; /* nvme_core */
static const struct nvme_ns *nvme_ns __used; /* nvme_core */
static const struct nvmf_ctrl_options *nvmf_ctrl_options __used; /* nvme_fabrics */
static const struct nvmf_transport_ops *nvmf_transport_ops __used; /* nvme_fabrics */
static const struct nvmet_ctrl *nvmet_ctrl __used; /* nvmet */
static const struct nvmet_cq *nvmet_cq __used; /* nvmet */
static const struct nvmet_fabrics_ops *nvmet_fabrics_ops __used; /* nvmet */
static const struct nvmet_port *nvmet_port __used; /* nvmet */
static const struct nvmet_req *nvmet_req __used; /* nvmet */
static const struct nvmet_sq *nvmet_sq __used; /* nvmet */
