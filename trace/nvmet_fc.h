/* SPDX-License-Identifier: GPL-2.0 */
/* Events of the target transport; Documentation/tracing.rst explains them. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nvmet_fc

#if !defined(NVME_FC_RS_TRACE_TARGET_H) || defined(TRACE_HEADER_MULTI_READ)
#define NVME_FC_RS_TRACE_TARGET_H

#include <linux/tracepoint.h>
#include "words.h"

TRACE_EVENT(nvmet_fc_port,
	TP_PROTO(u8 change, u32 targetport, u64 wwnn, u64 wwpn, u32 port_id),
	TP_ARGS(change, targetport, wwnn, wwpn, port_id),
	TP_STRUCT__entry(
		__field(u8, change)
		__field(u32, targetport)
		__field(u64, wwnn)
		__field(u64, wwpn)
		__field(u32, port_id)
	),
	TP_fast_assign(
		__entry->change = change;
		__entry->targetport = targetport;
		__entry->wwnn = wwnn;
		__entry->wwpn = wwpn;
		__entry->port_id = port_id;
	),
	TP_printk("change=%s targetport=%u traddr=nn-0x%016llx:pn-0x%016llx port_id=0x%06x",
		__print_symbolic(__entry->change,
			{ 0, "register" },
			{ 1, "unregister" },
			{ 2, "delete" }),
		__entry->targetport, __entry->wwnn, __entry->wwpn,
		__entry->port_id)
);

TRACE_EVENT(nvmet_fc_ls_receive,
	TP_PROTO(const void *exchange, u8 ls, u32 targetport, u64 wwpn,
		 u64 host, u32 length, int error),
	TP_ARGS(exchange, ls, targetport, wwpn, host, length, error),
	TP_STRUCT__entry(
		__field(const void *, exchange)
		__field(u8, ls)
		__field(u32, targetport)
		__field(u64, wwpn)
		__field(u64, host)
		__field(u32, length)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->exchange = exchange;
		__entry->ls = ls;
		__entry->targetport = targetport;
		__entry->wwpn = wwpn;
		__entry->host = host;
		__entry->length = length;
		__entry->error = error;
	),
	TP_printk("ls='%s' targetport=%u wwpn=0x%016llx host=%llu length=%u error=%d exchange=%p",
		show_fc_ls(__entry->ls), __entry->targetport, __entry->wwpn,
		__entry->host, __entry->length, __entry->error,
		__entry->exchange)
);

TRACE_EVENT(nvmet_fc_ls_response,
	TP_PROTO(const void *exchange, u8 ls, u32 targetport, u64 wwpn,
		 u8 answer, u8 reason, u8 explanation),
	TP_ARGS(exchange, ls, targetport, wwpn, answer, reason, explanation),
	TP_STRUCT__entry(
		__field(const void *, exchange)
		__field(u8, ls)
		__field(u32, targetport)
		__field(u64, wwpn)
		__field(u8, answer)
		__field(u8, reason)
		__field(u8, explanation)
	),
	TP_fast_assign(
		__entry->exchange = exchange;
		__entry->ls = ls;
		__entry->targetport = targetport;
		__entry->wwpn = wwpn;
		__entry->answer = answer;
		__entry->reason = reason;
		__entry->explanation = explanation;
	),
	TP_printk("ls='%s' targetport=%u wwpn=0x%016llx answer=%s reason='%s' explanation='%s' exchange=%p",
		show_fc_ls(__entry->ls), __entry->targetport, __entry->wwpn,
		show_fc_ls(__entry->answer),
		show_fc_ls_reason(__entry->reason),
		show_fc_ls_explanation(__entry->explanation), __entry->exchange)
);

TRACE_EVENT(nvmet_fc_association,
	TP_PROTO(u8 change, u32 targetport, u32 association,
		 u64 association_id, u64 host),
	TP_ARGS(change, targetport, association, association_id, host),
	TP_STRUCT__entry(
		__field(u8, change)
		__field(u32, targetport)
		__field(u32, association)
		__field(u64, association_id)
		__field(u64, host)
	),
	TP_fast_assign(
		__entry->change = change;
		__entry->targetport = targetport;
		__entry->association = association;
		__entry->association_id = association_id;
		__entry->host = host;
	),
	TP_printk("change=%s targetport=%u association=%u association_id=0x%016llx host=%llu",
		__print_symbolic(__entry->change,
			{ 0, "made" },
			{ 1, "ended" },
			{ 2, "freed" }),
		__entry->targetport, __entry->association,
		__entry->association_id, __entry->host)
);

TRACE_EVENT(nvmet_fc_queue,
	TP_PROTO(u8 change, u32 targetport, u64 association_id, u16 qid,
		 u32 entries),
	TP_ARGS(change, targetport, association_id, qid, entries),
	TP_STRUCT__entry(
		__field(u8, change)
		__field(u32, targetport)
		__field(u64, association_id)
		__field(u16, qid)
		__field(u32, entries)
	),
	TP_fast_assign(
		__entry->change = change;
		__entry->targetport = targetport;
		__entry->association_id = association_id;
		__entry->qid = qid;
		__entry->entries = entries;
	),
	TP_printk("change=%s targetport=%u association_id=0x%016llx qid=%u entries=%u",
		__print_symbolic(__entry->change,
			{ 0, "made" },
			{ 1, "freed" }),
		__entry->targetport, __entry->association_id, __entry->qid,
		__entry->entries)
);

TRACE_EVENT(nvmet_fc_host,
	TP_PROTO(u8 change, u32 targetport, u64 host),
	TP_ARGS(change, targetport, host),
	TP_STRUCT__entry(
		__field(u8, change)
		__field(u32, targetport)
		__field(u64, host)
	),
	TP_fast_assign(
		__entry->change = change;
		__entry->targetport = targetport;
		__entry->host = host;
	),
	TP_printk("change=%s targetport=%u host=%llu",
		__print_symbolic(__entry->change,
			{ 0, "add" },
			{ 1, "release" },
			{ 2, "invalidate" }),
		__entry->targetport, __entry->host)
);

TRACE_EVENT(nvmet_fc_cmd_receive,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 opcode, u8 fctype, u32 nsid, u8 direction, u32 length,
		 u32 csn),
	TP_ARGS(targetport, association_id, qid, cmdid, opcode, fctype, nsid,
		direction, length, csn),
	TP_STRUCT__entry(
		__field(u32, targetport)
		__field(u64, association_id)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, opcode)
		__field(u8, fctype)
		__field(u32, nsid)
		__field(u8, direction)
		__field(u32, length)
		__field(u32, csn)
	),
	TP_fast_assign(
		__entry->targetport = targetport;
		__entry->association_id = association_id;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->opcode = opcode;
		__entry->fctype = fctype;
		__entry->nsid = nsid;
		__entry->direction = direction;
		__entry->length = length;
		__entry->csn = csn;
	),
	TP_printk("targetport=%u association_id=0x%016llx qid=%u cmdid=%u opcode='%s' fctype=%u nsid=0x%x direction=%s length=%u csn=%u",
		__entry->targetport, __entry->association_id, __entry->qid,
		__entry->cmdid,
		show_fc_opcode(__entry->qid,
			__entry->opcode),
		__entry->fctype, __entry->nsid,
		show_fc_direction(__entry->direction), __entry->length,
		__entry->csn)
);

DECLARE_EVENT_CLASS(nvmet_fc_cmd,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 opcode),
	TP_ARGS(targetport, association_id, qid, cmdid, opcode),
	TP_STRUCT__entry(
		__field(u32, targetport)
		__field(u64, association_id)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, opcode)
	),
	TP_fast_assign(
		__entry->targetport = targetport;
		__entry->association_id = association_id;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->opcode = opcode;
	),
	TP_printk("targetport=%u association_id=0x%016llx qid=%u cmdid=%u opcode='%s'",
		__entry->targetport, __entry->association_id, __entry->qid,
		__entry->cmdid, show_fc_opcode(__entry->qid,
			__entry->opcode))
);

DEFINE_EVENT(nvmet_fc_cmd, nvmet_fc_cmd_defer,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 opcode),
	TP_ARGS(targetport, association_id, qid, cmdid, opcode)
);

DEFINE_EVENT(nvmet_fc_cmd, nvmet_fc_cmd_undefer,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 opcode),
	TP_ARGS(targetport, association_id, qid, cmdid, opcode)
);

DEFINE_EVENT(nvmet_fc_cmd, nvmet_fc_cmd_execute,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 opcode),
	TP_ARGS(targetport, association_id, qid, cmdid, opcode)
);

TRACE_EVENT(nvmet_fc_data,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 direction, u32 offset, u32 length, u8 last),
	TP_ARGS(targetport, association_id, qid, cmdid, direction, offset,
		length, last),
	TP_STRUCT__entry(
		__field(u32, targetport)
		__field(u64, association_id)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, direction)
		__field(u32, offset)
		__field(u32, length)
		__field(u8, last)
	),
	TP_fast_assign(
		__entry->targetport = targetport;
		__entry->association_id = association_id;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->direction = direction;
		__entry->offset = offset;
		__entry->length = length;
		__entry->last = last;
	),
	TP_printk("targetport=%u association_id=0x%016llx qid=%u cmdid=%u direction=%s offset=%u length=%u last=%u",
		__entry->targetport, __entry->association_id, __entry->qid,
		__entry->cmdid, show_fc_direction(__entry->direction),
		__entry->offset, __entry->length, __entry->last)
);

TRACE_EVENT(nvmet_fc_response,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 extended, u16 status, u32 transferred, u32 rsn, u16 sqhd),
	TP_ARGS(targetport, association_id, qid, cmdid, extended, status,
		transferred, rsn, sqhd),
	TP_STRUCT__entry(
		__field(u32, targetport)
		__field(u64, association_id)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, extended)
		__field(u16, status)
		__field(u32, transferred)
		__field(u32, rsn)
		__field(u16, sqhd)
	),
	TP_fast_assign(
		__entry->targetport = targetport;
		__entry->association_id = association_id;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->extended = extended;
		__entry->status = status;
		__entry->transferred = transferred;
		__entry->rsn = rsn;
		__entry->sqhd = sqhd;
	),
	TP_printk("targetport=%u association_id=0x%016llx qid=%u cmdid=%u iu=%s status=0x%03x transferred=%u rsn=%u sqhd=%u",
		__entry->targetport, __entry->association_id, __entry->qid,
		__entry->cmdid, __entry->extended ? "ERSP" : "RSP",
		__entry->status, __entry->transferred, __entry->rsn,
		__entry->sqhd)
);

TRACE_EVENT(nvmet_fc_cmd_release,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 opcode, u8 result),
	TP_ARGS(targetport, association_id, qid, cmdid, opcode, result),
	TP_STRUCT__entry(
		__field(u32, targetport)
		__field(u64, association_id)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, opcode)
		__field(u8, result)
	),
	TP_fast_assign(
		__entry->targetport = targetport;
		__entry->association_id = association_id;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->opcode = opcode;
		__entry->result = result;
	),
	TP_printk("targetport=%u association_id=0x%016llx qid=%u cmdid=%u opcode='%s' result=%s",
		__entry->targetport, __entry->association_id, __entry->qid,
		__entry->cmdid,
		show_fc_opcode(__entry->qid,
			__entry->opcode),
		__print_symbolic(__entry->result,
			{ 0, "answered" },
			{ 1, "failed" }))
);

TRACE_EVENT(nvmet_fc_abort,
	TP_PROTO(u32 targetport, u64 association_id, u16 qid, u16 cmdid,
		 u8 opcode, u8 why, u8 phase),
	TP_ARGS(targetport, association_id, qid, cmdid, opcode, why, phase),
	TP_STRUCT__entry(
		__field(u32, targetport)
		__field(u64, association_id)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, opcode)
		__field(u8, why)
		__field(u8, phase)
	),
	TP_fast_assign(
		__entry->targetport = targetport;
		__entry->association_id = association_id;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->opcode = opcode;
		__entry->why = why;
		__entry->phase = phase;
	),
	TP_printk("targetport=%u association_id=0x%016llx qid=%u cmdid=%u opcode='%s' why='%s' phase='%s'",
		__entry->targetport, __entry->association_id, __entry->qid,
		__entry->cmdid,
		show_fc_opcode(__entry->qid,
			__entry->opcode),
		__print_symbolic(__entry->why,
			{ 0, "received" },
			{ 1, "association ends" },
			{ 2, "write data late" }),
		__print_symbolic(__entry->phase,
			{ 0, "free" },
			{ 1, "received" },
			{ 2, "executing" },
			{ 3, "write data" },
			{ 4, "read data" },
			{ 5, "response" },
			{ 6, "deferred" }))
);

TRACE_EVENT(nvmet_fc_disconnect,
	TP_PROTO(u32 targetport, u32 association, u64 association_id, int error),
	TP_ARGS(targetport, association, association_id, error),
	TP_STRUCT__entry(
		__field(u32, targetport)
		__field(u32, association)
		__field(u64, association_id)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->targetport = targetport;
		__entry->association = association;
		__entry->association_id = association_id;
		__entry->error = error;
	),
	TP_printk("targetport=%u association=%u association_id=0x%016llx error=%d",
		__entry->targetport, __entry->association,
		__entry->association_id, __entry->error)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH trace
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE nvmet_fc
#include <trace/define_trace.h>
