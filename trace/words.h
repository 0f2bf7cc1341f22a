/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words for the codes that events of both transports carry. Numbers, not
 * names, so that perf and trace-cmd, which read the format files, print the
 * same words as the kernel. For the same reason a text of several words is in
 * single quotes: double ones end the format in those files, as the backslash
 * before them is gone there.
 */
#ifndef NVME_FC_RS_TRACE_WORDS_H
#define NVME_FC_RS_TRACE_WORDS_H

#include <linux/types.h>

/* A text of Rust's, which does not end with a NUL. */
struct nvme_fc_rs_text {
	const char *start;
	size_t length;
};

/* The texts are those of rust/proto/ls/reject.rs; the events' test holds that. */
#define show_fc_ls_reason(code)						\
	__print_symbolic(code,						\
		{ 0x00, "no reason given" },				\
		{ 0x01, "invalid NVMe_LS command code" },		\
		{ 0x03, "logical error" },				\
		{ 0x09, "unable to perform command request" },		\
		{ 0x0b, "command not supported" },			\
		{ 0x0e, "command already in progress" },		\
		{ 0x40, "invalid association ID" },			\
		{ 0x41, "invalid connection ID" },			\
		{ 0x42, "invalid parameters" },				\
		{ 0x43, "insufficient resources" },			\
		{ 0x44, "invalid host" },				\
		{ 0xff, "vendor specific error" })

#define show_fc_ls_explanation(code)					\
	__print_symbolic(code,						\
		{ 0x00, "no explanation" },				\
		{ 0x17, "invalid OX_ID-RX_ID combination" },		\
		{ 0x29, "insufficient resources" },			\
		{ 0x2a, "unable to supply requested data" },		\
		{ 0x2d, "invalid payload length" },			\
		{ 0x40, "invalid NVMe_ERSP ratio" },			\
		{ 0x41, "invalid controller ID" },			\
		{ 0x42, "invalid queue ID" },				\
		{ 0x43, "invalid submission queue size" },		\
		{ 0x44, "invalid host ID" },				\
		{ 0x45, "invalid host NQN" },				\
		{ 0x46, "invalid subsystem NQN" })

#define show_fc_ls(code)						\
	__print_symbolic(code,						\
		{ 0x00, "none" },					\
		{ 0x01, "Reject" },					\
		{ 0x02, "Accept" },					\
		{ 0x03, "Create Association" },				\
		{ 0x04, "Create I/O Connection" },			\
		{ 0x05, "Disconnect Association" },			\
		{ 0x06, "Disconnect Connection" })

#define show_fc_direction(code)						\
	__print_symbolic(code,						\
		{ 0, "none" },						\
		{ 1, "write" },						\
		{ 2, "read" })

/* The kind of queue decides what an operation code means. */
#define show_fc_opcode(qid, code)					\
	((qid) ? show_fc_io_opcode(code) : show_fc_admin_opcode(code))

#define show_fc_io_opcode(code)						\
	__print_symbolic(code,						\
		{ 0x00, "Flush" },					\
		{ 0x01, "Write" },					\
		{ 0x02, "Read" },					\
		{ 0x04, "Write Uncorrectable" },			\
		{ 0x05, "Compare" },					\
		{ 0x08, "Write Zeroes" },				\
		{ 0x09, "Dataset Management" },				\
		{ 0x0c, "Verify" },					\
		{ 0x0d, "Reservation Register" },			\
		{ 0x0e, "Reservation Report" },				\
		{ 0x11, "Reservation Acquire" },			\
		{ 0x15, "Reservation Release" },			\
		{ 0x19, "Copy" },					\
		{ 0x7d, "Zone Append" },				\
		{ 0x7f, "Fabrics" })

#define show_fc_admin_opcode(code)					\
	__print_symbolic(code,						\
		{ 0x02, "Get Log Page" },				\
		{ 0x06, "Identify" },					\
		{ 0x08, "Abort" },					\
		{ 0x09, "Set Features" },				\
		{ 0x0a, "Get Features" },				\
		{ 0x0c, "Asynchronous Event Request" },			\
		{ 0x0d, "Namespace Management" },			\
		{ 0x10, "Firmware Commit" },				\
		{ 0x11, "Firmware Image Download" },			\
		{ 0x14, "Device Self-test" },				\
		{ 0x15, "Namespace Attachment" },			\
		{ 0x18, "Keep Alive" },					\
		{ 0x7f, "Fabrics" },					\
		{ 0x80, "Format NVM" },					\
		{ 0x81, "Security Send" },				\
		{ 0x82, "Security Receive" },				\
		{ 0x84, "Sanitize" })

#endif
