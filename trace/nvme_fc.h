/* SPDX-License-Identifier: GPL-2.0 */
/* Events of the host transport; Documentation/tracing.rst explains them. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nvme_fc

#if !defined(NVME_FC_RS_TRACE_HOST_H) || defined(TRACE_HEADER_MULTI_READ)
#define NVME_FC_RS_TRACE_HOST_H

#include <linux/tracepoint.h>
#include "words.h"

TRACE_EVENT(nvme_fc_port,
	TP_PROTO(u8 change, u32 localport, int remoteport,
		 u64 host_wwnn, u64 host_wwpn, u64 wwnn, u64 wwpn,
		 u32 port_id, u32 dev_loss_tmo),
	TP_ARGS(change, localport, remoteport, host_wwnn, host_wwpn, wwnn, wwpn,
		port_id, dev_loss_tmo),
	TP_STRUCT__entry(
		__field(u8, change)
		__field(u32, localport)
		__field(int, remoteport)
		__field(u64, host_wwnn)
		__field(u64, host_wwpn)
		__field(u64, wwnn)
		__field(u64, wwpn)
		__field(u32, port_id)
		__field(u32, dev_loss_tmo)
	),
	TP_fast_assign(
		__entry->change = change;
		__entry->localport = localport;
		__entry->remoteport = remoteport;
		__entry->host_wwnn = host_wwnn;
		__entry->host_wwpn = host_wwpn;
		__entry->wwnn = wwnn;
		__entry->wwpn = wwpn;
		__entry->port_id = port_id;
		__entry->dev_loss_tmo = dev_loss_tmo;
	),
	TP_printk("change=%s localport=%u remoteport=%d host_traddr=nn-0x%016llx:pn-0x%016llx traddr=nn-0x%016llx:pn-0x%016llx port_id=0x%06x dev_loss_tmo=%u",
		__print_symbolic(__entry->change,
			{ 0, "register" },
			{ 1, "resume" },
			{ 2, "unregister" },
			{ 3, "dev_loss" }),
		__entry->localport, __entry->remoteport,
		__entry->host_wwnn, __entry->host_wwpn,
		__entry->wwnn, __entry->wwpn,
		__entry->port_id, __entry->dev_loss_tmo)
);

TRACE_EVENT(nvme_fc_ls_send,
	TP_PROTO(const void *exchange, u8 ls, u32 localport, u32 remoteport,
		 u64 host_wwpn, u64 wwpn),
	TP_ARGS(exchange, ls, localport, remoteport, host_wwpn, wwpn),
	TP_STRUCT__entry(
		__field(const void *, exchange)
		__field(u8, ls)
		__field(u32, localport)
		__field(u32, remoteport)
		__field(u64, host_wwpn)
		__field(u64, wwpn)
	),
	TP_fast_assign(
		__entry->exchange = exchange;
		__entry->ls = ls;
		__entry->localport = localport;
		__entry->remoteport = remoteport;
		__entry->host_wwpn = host_wwpn;
		__entry->wwpn = wwpn;
	),
	TP_printk("ls='%s' localport=%u remoteport=%u host_wwpn=0x%016llx wwpn=0x%016llx exchange=%p",
		show_fc_ls(__entry->ls), __entry->localport, __entry->remoteport,
		__entry->host_wwpn, __entry->wwpn, __entry->exchange)
);

TRACE_EVENT(nvme_fc_ls_done,
	TP_PROTO(const void *exchange, u8 ls, u32 localport, u32 remoteport,
		 u64 host_wwpn, u64 wwpn, int error, u8 answer, u8 reason,
		 u8 explanation),
	TP_ARGS(exchange, ls, localport, remoteport, host_wwpn, wwpn, error,
		answer, reason, explanation),
	TP_STRUCT__entry(
		__field(const void *, exchange)
		__field(u8, ls)
		__field(u32, localport)
		__field(u32, remoteport)
		__field(u64, host_wwpn)
		__field(u64, wwpn)
		__field(int, error)
		__field(u8, answer)
		__field(u8, reason)
		__field(u8, explanation)
	),
	TP_fast_assign(
		__entry->exchange = exchange;
		__entry->ls = ls;
		__entry->localport = localport;
		__entry->remoteport = remoteport;
		__entry->host_wwpn = host_wwpn;
		__entry->wwpn = wwpn;
		__entry->error = error;
		__entry->answer = answer;
		__entry->reason = reason;
		__entry->explanation = explanation;
	),
	TP_printk("ls='%s' localport=%u remoteport=%u host_wwpn=0x%016llx wwpn=0x%016llx error=%d answer=%s reason='%s' explanation='%s' exchange=%p",
		show_fc_ls(__entry->ls), __entry->localport, __entry->remoteport,
		__entry->host_wwpn, __entry->wwpn, __entry->error,
		show_fc_ls(__entry->answer), show_fc_ls_reason(__entry->reason),
		show_fc_ls_explanation(__entry->explanation), __entry->exchange)
);

TRACE_EVENT(nvme_fc_ls_receive,
	TP_PROTO(const void *exchange, u8 ls, u32 localport, u32 remoteport,
		 u64 host_wwpn, u64 wwpn, u32 length),
	TP_ARGS(exchange, ls, localport, remoteport, host_wwpn, wwpn, length),
	TP_STRUCT__entry(
		__field(const void *, exchange)
		__field(u8, ls)
		__field(u32, localport)
		__field(u32, remoteport)
		__field(u64, host_wwpn)
		__field(u64, wwpn)
		__field(u32, length)
	),
	TP_fast_assign(
		__entry->exchange = exchange;
		__entry->ls = ls;
		__entry->localport = localport;
		__entry->remoteport = remoteport;
		__entry->host_wwpn = host_wwpn;
		__entry->wwpn = wwpn;
		__entry->length = length;
	),
	TP_printk("ls='%s' localport=%u remoteport=%u host_wwpn=0x%016llx wwpn=0x%016llx length=%u exchange=%p",
		show_fc_ls(__entry->ls), __entry->localport, __entry->remoteport,
		__entry->host_wwpn, __entry->wwpn, __entry->length,
		__entry->exchange)
);

TRACE_EVENT(nvme_fc_ls_response,
	TP_PROTO(const void *exchange, u8 ls, u32 localport, u32 remoteport,
		 u64 host_wwpn, u64 wwpn, u8 answer, u8 reason, u8 explanation),
	TP_ARGS(exchange, ls, localport, remoteport, host_wwpn, wwpn, answer,
		reason, explanation),
	TP_STRUCT__entry(
		__field(const void *, exchange)
		__field(u8, ls)
		__field(u32, localport)
		__field(u32, remoteport)
		__field(u64, host_wwpn)
		__field(u64, wwpn)
		__field(u8, answer)
		__field(u8, reason)
		__field(u8, explanation)
	),
	TP_fast_assign(
		__entry->exchange = exchange;
		__entry->ls = ls;
		__entry->localport = localport;
		__entry->remoteport = remoteport;
		__entry->host_wwpn = host_wwpn;
		__entry->wwpn = wwpn;
		__entry->answer = answer;
		__entry->reason = reason;
		__entry->explanation = explanation;
	),
	TP_printk("ls='%s' localport=%u remoteport=%u host_wwpn=0x%016llx wwpn=0x%016llx answer=%s reason='%s' explanation='%s' exchange=%p",
		show_fc_ls(__entry->ls), __entry->localport, __entry->remoteport,
		__entry->host_wwpn, __entry->wwpn, show_fc_ls(__entry->answer),
		show_fc_ls_reason(__entry->reason),
		show_fc_ls_explanation(__entry->explanation), __entry->exchange)
);

TRACE_EVENT(nvme_fc_association,
	TP_PROTO(u8 change, int controller, u32 localport, u32 remoteport,
		 u64 host_wwpn, u64 wwpn, u64 association_id, int status,
		 const char *subsysnqn),
	TP_ARGS(change, controller, localport, remoteport, host_wwpn, wwpn,
		association_id, status, subsysnqn),
	TP_STRUCT__entry(
		__field(u8, change)
		__field(int, controller)
		__field(u32, localport)
		__field(u32, remoteport)
		__field(u64, host_wwpn)
		__field(u64, wwpn)
		__field(u64, association_id)
		__field(int, status)
		__string(subsysnqn, subsysnqn)
	),
	TP_fast_assign(
		__entry->change = change;
		__entry->controller = controller;
		__entry->localport = localport;
		__entry->remoteport = remoteport;
		__entry->host_wwpn = host_wwpn;
		__entry->wwpn = wwpn;
		__entry->association_id = association_id;
		__entry->status = status;
		__assign_str(subsysnqn);
	),
	TP_printk("change=%s controller=nvme%d localport=%u remoteport=%u host_wwpn=0x%016llx wwpn=0x%016llx association_id=0x%016llx status=%d subsysnqn=%s",
		__print_symbolic(__entry->change,
			{ 0, "made" },
			{ 1, "failed" },
			{ 2, "ended" }),
		__entry->controller, __entry->localport, __entry->remoteport,
		__entry->host_wwpn, __entry->wwpn, __entry->association_id,
		__entry->status, __get_str(subsysnqn))
);

TRACE_EVENT(nvme_fc_queue,
	TP_PROTO(u8 change, int controller, u16 qid, u64 connection_id,
		 u32 entries),
	TP_ARGS(change, controller, qid, connection_id, entries),
	TP_STRUCT__entry(
		__field(u8, change)
		__field(u16, qid)
		__field(int, controller)
		__field(u64, connection_id)
		__field(u32, entries)
	),
	TP_fast_assign(
		__entry->change = change;
		__entry->qid = qid;
		__entry->controller = controller;
		__entry->connection_id = connection_id;
		__entry->entries = entries;
	),
	TP_printk("change=%s controller=nvme%d qid=%u connection_id=0x%016llx entries=%u",
		__print_symbolic(__entry->change,
			{ 0, "made" },
			{ 1, "ended" }),
		__entry->controller, __entry->qid, __entry->connection_id,
		__entry->entries)
);

TRACE_EVENT(nvme_fc_cmd_issue,
	TP_PROTO(int controller, u16 qid, u16 cmdid, u8 opcode, u8 fctype,
		 u32 nsid, u8 direction, u32 length, u32 csn),
	TP_ARGS(controller, qid, cmdid, opcode, fctype, nsid, direction, length,
		csn),
	TP_STRUCT__entry(
		__field(int, controller)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, opcode)
		__field(u8, fctype)
		__field(u8, direction)
		__field(u32, nsid)
		__field(u32, length)
		__field(u32, csn)
	),
	TP_fast_assign(
		__entry->controller = controller;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->opcode = opcode;
		__entry->fctype = fctype;
		__entry->direction = direction;
		__entry->nsid = nsid;
		__entry->length = length;
		__entry->csn = csn;
	),
	TP_printk("controller=nvme%d qid=%u cmdid=%u opcode='%s' fctype=%u nsid=0x%x direction=%s length=%u csn=%u",
		__entry->controller, __entry->qid, __entry->cmdid,
		show_fc_opcode(__entry->qid, __entry->opcode), __entry->fctype,
		__entry->nsid, show_fc_direction(__entry->direction),
		__entry->length, __entry->csn)
);

TRACE_EVENT(nvme_fc_cmd_done,
	TP_PROTO(int controller, u16 qid, u16 cmdid, u8 opcode, u8 verdict,
		 u16 status, int error, u32 length, u32 transferred,
		 u16 response_length, u32 rsn, u16 sqhd),
	TP_ARGS(controller, qid, cmdid, opcode, verdict, status, error, length,
		transferred, response_length, rsn, sqhd),
	TP_STRUCT__entry(
		__field(int, controller)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, opcode)
		__field(u8, verdict)
		__field(u16, status)
		__field(int, error)
		__field(u32, length)
		__field(u32, transferred)
		__field(u16, response_length)
		__field(u16, sqhd)
		__field(u32, rsn)
	),
	TP_fast_assign(
		__entry->controller = controller;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->opcode = opcode;
		__entry->verdict = verdict;
		__entry->status = status;
		__entry->error = error;
		__entry->length = length;
		__entry->transferred = transferred;
		__entry->response_length = response_length;
		__entry->sqhd = sqhd;
		__entry->rsn = rsn;
	),
	TP_printk("controller=nvme%d qid=%u cmdid=%u opcode='%s' verdict='%s' status=0x%03x error=%d length=%u transferred=%u response_length=%u rsn=%u sqhd=%u",
		__entry->controller, __entry->qid, __entry->cmdid,
		show_fc_opcode(__entry->qid, __entry->opcode),
		__print_symbolic(__entry->verdict,
			{ 0, "good" },
			{ 1, "aborted" },
			{ 2, "LLDD error" },
			{ 3, "bad transfer length" },
			{ 4, "bad NVMe_ERSP" },
			{ 5, "bad response length" },
			{ 6, "refused by LLDD" }),
		__entry->status, __entry->error, __entry->length,
		__entry->transferred, __entry->response_length, __entry->rsn,
		__entry->sqhd)
);

TRACE_EVENT(nvme_fc_abort,
	TP_PROTO(int controller, u16 qid, u16 cmdid, u8 opcode, u8 why),
	TP_ARGS(controller, qid, cmdid, opcode, why),
	TP_STRUCT__entry(
		__field(int, controller)
		__field(u16, qid)
		__field(u16, cmdid)
		__field(u8, opcode)
		__field(u8, why)
	),
	TP_fast_assign(
		__entry->controller = controller;
		__entry->qid = qid;
		__entry->cmdid = cmdid;
		__entry->opcode = opcode;
		__entry->why = why;
	),
	TP_printk("controller=nvme%d qid=%u cmdid=%u opcode='%s' why='%s'",
		__entry->controller, __entry->qid, __entry->cmdid,
		show_fc_opcode(__entry->qid, __entry->opcode),
		__print_symbolic(__entry->why,
			{ 0, "timeout" },
			{ 1, "association ends" },
			{ 2, "earlier abort not answered" }))
);

TRACE_EVENT(nvme_fc_recovery,
	TP_PROTO(u8 step, int controller, int status, u32 attempt,
		 int max_attempts, u32 delay, int qid, u16 cmdid, u8 opcode,
		 const struct nvme_fc_rs_text *cause),
	TP_ARGS(step, controller, status, attempt, max_attempts, delay, qid,
		cmdid, opcode, cause),
	TP_STRUCT__entry(
		__field(u8, step)
		__field(u8, opcode)
		__field(u16, cmdid)
		__field(int, controller)
		__field(int, status)
		__field(u32, attempt)
		__field(int, max_attempts)
		__field(u32, delay)
		__field(int, qid)
		__string_len(cause, cause->start, cause->length)
	),
	TP_fast_assign(
		__entry->step = step;
		__entry->opcode = opcode;
		__entry->cmdid = cmdid;
		__entry->controller = controller;
		__entry->status = status;
		__entry->attempt = attempt;
		__entry->max_attempts = max_attempts;
		__entry->delay = delay;
		__entry->qid = qid;
		__assign_str(cause);
	),
	TP_printk("step=%s controller=nvme%d status=%d attempt=%u max_attempts=%d delay=%u qid=%d cmdid=%u opcode=0x%02x cause=%s",
		__print_symbolic(__entry->step,
			{ 0, "error" },
			{ 1, "reset" },
			{ 2, "reconnect" },
			{ 3, "delete" }),
		__entry->controller, __entry->status, __entry->attempt,
		__entry->max_attempts, __entry->delay, __entry->qid,
		__entry->cmdid, __entry->opcode, __get_str(cause))
);

TRACE_EVENT(nvme_fc_discovery,
	TP_PROTO(u32 localport, u32 remoteport, u64 host_wwnn, u64 host_wwpn,
		 u64 wwnn, u64 wwpn),
	TP_ARGS(localport, remoteport, host_wwnn, host_wwpn, wwnn, wwpn),
	TP_STRUCT__entry(
		__field(u32, localport)
		__field(u32, remoteport)
		__field(u64, host_wwnn)
		__field(u64, host_wwpn)
		__field(u64, wwnn)
		__field(u64, wwpn)
	),
	TP_fast_assign(
		__entry->localport = localport;
		__entry->remoteport = remoteport;
		__entry->host_wwnn = host_wwnn;
		__entry->host_wwpn = host_wwpn;
		__entry->wwnn = wwnn;
		__entry->wwpn = wwpn;
	),
	TP_printk("localport=%u remoteport=%u host_traddr=nn-0x%016llx:pn-0x%016llx traddr=nn-0x%016llx:pn-0x%016llx",
		__entry->localport, __entry->remoteport,
		__entry->host_wwnn, __entry->host_wwpn,
		__entry->wwnn, __entry->wwpn)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH trace
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE nvme_fc
#include <trace/define_trace.h>
