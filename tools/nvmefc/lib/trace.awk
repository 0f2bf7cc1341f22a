# SPDX-License-Identifier: GPL-2.0
# Events in sentences. {KEY} stands for a field; an event that has no sentence here is shown as it is.

BEGIN {
	s["nvme_fc_port register"] = "{port} is registered, id {port_id}"
	s["nvme_fc_port resume"] = "{port} is back, id {port_id}"
	s["nvme_fc_port unregister"] = "{port} is unregistered; its controllers wait {dev_loss_tmo} s for it"
	s["nvme_fc_port dev_loss"] = "{port} did not come back in {dev_loss_tmo} s: its controllers go"
	s["nvme_fc_discovery"] = "{traddr} offers discovery to {host_traddr}: event sent to udev"
	s["nvme_fc_ls_send"] = "{ls} sent by local port {localport} to remote port {remoteport}"
	s["nvme_fc_ls_done"] = "{ls} of local port {localport} to remote port {remoteport}: {answered}"
	s["nvme_fc_ls_receive"] = "{ls} received from remote port {remoteport}, {length} bytes"
	s["nvme_fc_ls_response"] = "{ls} from remote port {remoteport}: answered {answered}"
	s["nvme_fc_association made"] = "{controller}: association {association_id} made with {wwpn} for {subsysnqn}"
	s["nvme_fc_association failed"] = "{controller}: no association with {wwpn} for {subsysnqn}: status {status}"
	s["nvme_fc_association ended"] = "{controller}: association {association_id} ended"
	s["nvme_fc_queue made"] = "{controller}: queue {qid} connected, {entries} entries"
	s["nvme_fc_queue ended"] = "{controller}: queue {qid} ended"
	s["nvme_fc_cmd_issue"] = "{controller} queue {qid}: {opcode} {cmdid} sent, {moves}, CSN {csn}"
	s["nvme_fc_cmd_done"] = "{controller} queue {qid}: {opcode} {cmdid} done, {verdict}, status {status}, {transferred} of {length} bytes"
	s["nvme_fc_abort"] = "{controller} queue {qid}: {opcode} {cmdid} aborted: {why}"
	s["nvme_fc_recovery error"] = "{controller}: error: {cause}"
	s["nvme_fc_recovery reset"] = "{controller}: resets: {cause}"
	s["nvme_fc_recovery reconnect"] = "{controller}: attempt {attempt}{of} in {delay} s: {cause}"
	s["nvme_fc_recovery delete"] = "{controller}: is deleted: {cause}"
	s["nvmet_fc_port register"] = "target port {targetport} is registered, {traddr}, id {port_id}"
	s["nvmet_fc_port unregister"] = "target port {targetport} is unregistered"
	s["nvmet_fc_port delete"] = "target port {targetport} is gone"
	s["nvmet_fc_ls_receive"] = "target port {targetport}: {ls} received from host {host}, {length} bytes"
	s["nvmet_fc_ls_response"] = "target port {targetport}: {ls} answered {answered}"
	s["nvmet_fc_association made"] = "target port {targetport}: association {association} made by host {host}"
	s["nvmet_fc_association ended"] = "target port {targetport}: association {association} ends"
	s["nvmet_fc_association freed"] = "target port {targetport}: association {association} is freed"
	s["nvmet_fc_queue made"] = "target port {targetport}: queue {qid} of {entries} entries"
	s["nvmet_fc_queue freed"] = "target port {targetport}: queue {qid} is freed"
	s["nvmet_fc_host"] = "target port {targetport}: host {host}: {change}"
	s["nvmet_fc_cmd_receive"] = "target queue {qid}: {opcode} {cmdid} received, {moves}, CSN {csn}"
	s["nvmet_fc_cmd_defer"] = "target queue {qid}: {opcode} {cmdid} waits for memory"
	s["nvmet_fc_cmd_undefer"] = "target queue {qid}: {opcode} {cmdid} has memory now"
	s["nvmet_fc_cmd_execute"] = "target queue {qid}: {opcode} {cmdid} goes to nvmet"
	s["nvmet_fc_data"] = "target queue {qid}: command {cmdid}: {direction} {length} bytes at {offset}"
	s["nvmet_fc_response"] = "target queue {qid}: command {cmdid}: {iu} sent, status {status}, {transferred} bytes"
	s["nvmet_fc_cmd_release"] = "target queue {qid}: {opcode} {cmdid}: {result}"
	s["nvmet_fc_abort"] = "target queue {qid}: {opcode} {cmdid} aborted: {why}, {phase}"
	s["nvmet_fc_disconnect"] = "target port {targetport}: Disconnect sent for association {association}"
}

match($0, /[0-9]+\.[0-9]+: nvmet?_fc_[a-z_]+: /) {
	event = substr($0, RSTART, RLENGTH)
	rest = substr($0, RSTART + RLENGTH)
	time = substr(event, 1, index(event, ":") - 1)
	sub(/^[^ ]* /, "", event)
	sub(/: $/, "", event)
	parse(rest)
	if (json) {
		printf "{\"time\": %s, \"event\": %s, \"fields\": %s}\n", time, quoted(event), json_record()
	} else {
		printf "%s  %s\n", time, sentence(event, rest)
	}
	fflush()
}

function sentence(event, rest,   out, text, at, end) {
	text = s[event " " f["change"] f["step"]]
	if (text == "") text = s[event]
	if (text == "") return event " " clean(rest)
	f["port"] = f["remoteport"] < 0 || f["remoteport"] == "-" ? "local port " f["localport"] " (" f["host_traddr"] ")" : "remote port " f["remoteport"] " of local port " f["localport"] " (" f["traddr"] ")"
	f["answered"] = answer()
	f["moves"] = f["direction"] == "none" ? "no data" : f["direction"] " " f["length"] " bytes"
	f["of"] = f["max_attempts"] > 0 ? " of " f["max_attempts"] : ""
	while (at = index(text, "{")) {
		end = index(text, "}")
		out = out substr(text, 1, at - 1) f[substr(text, at + 1, end - at - 1)]
		text = substr(text, end + 1)
	}
	return out text
}

function answer() {
	if (has("error") && f["error"] != 0) return "error " f["error"]
	if (f["answer"] ~ /RJT|[Rr]eject/) return "reject, " f["reason"] " (" f["explanation"] ")"
	return "accept"
}
