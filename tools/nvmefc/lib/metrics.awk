# SPDX-License-Identifier: GPL-2.0
# nvmefc metrics. Samples of one name and one set of labels are added up: some records differ in words alone.

BEGIN {
	type["nvmefc_module_info"] = "gauge Whose module is loaded: rust, c or other."
	type["nvmefc_localport_info"] = "gauge A port of an HBA that speaks NVMe over FC."
	type["nvmefc_localport_online"] = "gauge Whether the local port is registered."
	type["nvmefc_remoteport_info"] = "gauge A port of the fabric that a local port knows."
	type["nvmefc_remoteport_state"] = "gauge 1 for the state that the remote port is in, 0 for the others."
	type["nvmefc_remoteport_controllers"] = "gauge Controllers behind the remote port."
	type["nvmefc_remoteport_devloss_remaining_seconds"] = "gauge Seconds until a lost remote port is given up; only while it is lost."
	type["nvmefc_association_info"] = "gauge A controller, and where it is."
	type["nvmefc_controller_state"] = "gauge 1 for the state that the controller is in."
	type["nvmefc_association_age_seconds"] = "gauge Seconds since the association was put into service."
	type["nvmefc_associations_made_total"] = "counter Associations that the controller put into service."
	type["nvmefc_recoveries_total"] = "counter Times that the controller gave its association up for another."
	type["nvmefc_connect_attempts"] = "gauge Attempts to connect since the association was lost."
	type["nvmefc_controller_ls_rejects_total"] = "counter Link services of the controller that the target rejected."
	type["nvmefc_controller_aborts_total"] = "counter Exchanges of the controller that the LLDD was asked to abort."
	type["nvmefc_controller_ersp_errors_total"] = "counter Responses to the controller that did not fit their commands."
	type["nvmefc_queue_commands_issued_total"] = "counter Commands sent on the connection of the queue."
	type["nvmefc_ls_rejects_total"] = "counter Link services that were rejected."
	type["nvmefc_aborts_total"] = "counter Exchanges that LLDDs were asked to abort."
	type["nvmefc_timeouts_total"] = "counter Commands that took too long."
	type["nvmefc_ersp_errors_total"] = "counter Responses that did not fit their commands."
	type["nvmefc_lldd_errors_total"] = "counter Exchanges that LLDDs ended with an error."
	type["nvmefc_ls_unanswered_total"] = "counter Link services that got no answer in time."
	type["nvmefc_accepted_total"] = "counter What was taken, by kind."
	type["nvmefc_released_total"] = "counter What was given back, by kind."
	type["nvmefc_outstanding"] = "gauge What was taken and not given back, by kind."
	type["nvmetfc_targetport_info"] = "gauge A target port."
	type["nvmetfc_targetport_online"] = "gauge Whether the target port is registered."
	type["nvmetfc_targetport_bound"] = "gauge Whether the target port is bound to an nvmet port."
	type["nvmetfc_targetport_associations"] = "gauge Associations of the target port."
	type["nvmetfc_targetport_hosts"] = "gauge Host ports that the target port knows."
	type["nvmetfc_targetport_ending"] = "gauge Associations that end, and wait for the LLDD or nvmet."
	type["nvmetfc_association_info"] = "gauge An association of a target port."
	type["nvmetfc_association_age_seconds"] = "gauge Seconds since the Create Association."
	type["nvmetfc_queue_responses_total"] = "counter Responses sent on the queue."
	type["nvmetfc_queue_outstanding"] = "gauge Commands of the queue that have memory."
	type["nvmetfc_queue_deferred"] = "gauge Commands of the queue that wait for memory."
	type["nvmetfc_ls_responses_total"] = "counter Answers to link services."
	type["nvmetfc_ls_rejects_total"] = "counter Link services that were rejected."
	type["nvmetfc_aborts_total"] = "counter Exchanges that were aborted."
	type["nvmetfc_refused_total"] = "counter What was refused, or failed, without a reject."
	type["nvmetfc_accepted_total"] = "counter What was taken, by kind."
	type["nvmetfc_released_total"] = "counter What was given back, by kind."
	type["nvmetfc_outstanding"] = "gauge What was taken and not given back, by kind."
	type["nvmetfc_limit"] = "gauge A limit in force."
	type["nvmetfc_limit_used"] = "gauge How much of a limit is used."
	type["nvmefc_metrics_complete"] = "gauge 0 if something could not be read: nvmefc metrics has to run as root, with our modules."
	complete = 1
	split("online lost deleted", states, " ")
	host_counts = " abort:aborts timeout:timeouts ersp_error:ersp_errors lldd_error:lldd_errors ls_unanswered:ls_unanswered "
}
{
	parse($0)
	if (f["kind"] == "note") { if (f["text"] !~ /not loaded$/) complete = 0 }
	else if (f["kind"] == "module") sample("nvmefc_module_info", labels("module implementation version"), 1)
	else if (f["file"] == "nvme_fc/ports") host_port()
	else if (f["file"] == "nvme_fc/associations") host_association()
	else if (f["file"] == "nvme_fc/queues") from("nvmefc_queue_commands_issued_total", labels("controller qid"), "commands_issued")
	else if (f["file"] == "nvme_fc/errors") host_error()
	else if (f["file"] == "nvmet_fc/ports") target_port()
	else if (f["file"] == "nvmet_fc/associations") target_association()
	else if (f["file"] == "nvmet_fc/queues") target_queue()
	else if (f["file"] == "nvmet_fc/errors") target_error()
	else if (f["file"] == "nvmet_fc/limits") target_limit()
}
END {
	sample("nvmefc_metrics_complete", "", complete)
	if (json) print_json()
	else print_text()
}

function host_port(   who, i) {
	if (f["kind"] == "localport") {
		who = labels("localport host_traddr")
		sample("nvmefc_localport_info", labels("localport host_traddr port_id lldd"), 1)
		sample("nvmefc_localport_online", who, f["state"] == "online")
		return
	}
	who = labels("localport remoteport host_traddr traddr")
	sample("nvmefc_remoteport_info", labels("localport remoteport host_traddr traddr port_id role"), 1)
	for (i = 1; has("state") && i <= 3; i++) sample("nvmefc_remoteport_state", more(who, "state", states[i]), f["state"] == states[i])
	from("nvmefc_remoteport_controllers", who, "controllers")
	from("nvmefc_remoteport_devloss_remaining_seconds", who, "dev_loss_remaining")
}
function host_association(   who) {
	who = labels("controller")
	sample("nvmefc_association_info", labels("controller localport remoteport host_traddr traddr subsysnqn"), 1)
	sample("nvmefc_controller_state", more(who, "state", f["state"]), 1)
	from("nvmefc_association_age_seconds", who, "age")
	from("nvmefc_associations_made_total", who, "associations_made")
	from("nvmefc_recoveries_total", who, "recoveries")
	from("nvmefc_connect_attempts", who, "attempt")
	from("nvmefc_controller_ls_rejects_total", who, "ls_rejects")
	from("nvmefc_controller_aborts_total", who, "aborts")
	from("nvmefc_controller_ersp_errors_total", who, "ersp_errors")
}

function host_error(   at, name) {
	if (has("outstanding")) { book("nvmefc"); return }
	if (f["kind"] == "reject") { from("nvmefc_ls_rejects_total", labels("direction reason"), "count"); return }
	at = index(host_counts, " " f["kind"] ":")
	if (!at) return
	name = substr(host_counts, at + length(f["kind"]) + 2)
	from("nvmefc_" substr(name, 1, index(name, " ") - 1) "_total", "", "count")
}

function target_port(   who) {
	who = labels("targetport traddr")
	sample("nvmetfc_targetport_info", labels("targetport traddr port_id lldd nvmet_port"), 1)
	if (has("state")) sample("nvmetfc_targetport_online", who, f["state"] == "online")
	sample("nvmetfc_targetport_bound", who, has("nvmet_port"))
	from("nvmetfc_targetport_associations", who, "associations")
	from("nvmetfc_targetport_hosts", who, "hosts")
	from("nvmetfc_targetport_ending", who, "ending")
}

function target_association() {
	sample("nvmetfc_association_info", labels("targetport association hostnqn subsysnqn host_traddr state"), 1)
	from("nvmetfc_association_age_seconds", labels("targetport association"), "age")
}

function target_queue(   who) {
	who = labels("targetport association qid")
	from("nvmetfc_queue_responses_total", who, "responses")
	from("nvmetfc_queue_outstanding", who, "outstanding")
	from("nvmetfc_queue_deferred", who, "deferred")
}

function target_error() {
	if (has("outstanding")) book("nvmetfc")
	else if (f["kind"] == "reject") from("nvmetfc_ls_rejects_total", labels("reason explanation"), "count")
	else if (f["kind"] == "abort") from("nvmetfc_aborts_total", labels("why"), "count")
	else if (f["kind"] == "ls_response") from("nvmetfc_ls_responses_total", labels("result"), "count")
	else if (f["kind"] == "refused") from("nvmetfc_refused_total", labels("what"), "count")
}

function target_limit(   who) {
	who = labels("limit scope unit targetport host")
	from("nvmetfc_limit", who, "value")
	from("nvmetfc_limit_used", who, "used")
}

# book(PREFIX): accepted, released, outstanding.
function book(prefix,   who) {
	who = labels("kind ls")
	from(prefix "_accepted_total", who, "accepted")
	from(prefix "_released_total", who, "released")
	from(prefix "_outstanding", who, "outstanding")
}

# labels(KEYS): those fields of the record that are there.
function labels(wanted,   list, n, i, out) {
	n = split(wanted, list, " ")
	for (i = 1; i <= n; i++) if (has(list[i])) out = more(out, list[i], f[list[i]])
	return out
}

function more(before, key, value) {
	return before (before == "" ? "" : ",") key "=\"" escaped(value) "\""
}

# from(NAME, LABELS, KEY): a sample, if the field is there and a number.
function from(name, who, key) {
	if (f[key] ~ /^[0-9]+$/) sample(name, who, f[key])
}

function sample(name, who, value) {
	if (!((name, who) in values)) {
		if (!(name in n_of)) order[++n_names] = name
		sets[name, ++n_of[name]] = who
	}
	values[name, who] += value
}

function print_text(   i, k, name, kind, who) {
	for (i = 1; i <= n_names; i++) {
		name = order[i]
		kind = substr(type[name], 1, index(type[name], " ") - 1)
		printf "# HELP %s %s\n# TYPE %s %s\n", name, substr(type[name], length(kind) + 2), name, kind
		for (k = 1; k <= n_of[name]; k++) {
			who = sets[name, k]
			printf "%s%s %.0f\n", name, (who == "" ? "" : "{" who "}"), values[name, who]
		}
	}
}

function print_json(   i, k, name, who, first) {
	printf "{\"metrics\": ["
	for (i = 1; i <= n_names; i++) for (k = 1; k <= n_of[order[i]]; k++) {
		name = order[i]
		who = sets[name, k]
		printf "%s\n  {\"name\": \"%s\", \"labels\": {%s}, \"value\": %.0f}", (first++ ? "," : ""), name, json_labels(who), values[name, who]
	}
	print "\n]}"
}

# json_labels(LABELS): key="value" as "key": "value". Values are quoted alike in both.
function json_labels(who,   out, at, end) {
	while (at = index(who, "=\"")) {
		end = at + 2
		while (substr(who, end, 1) != "\"") end += substr(who, end, 1) == "\\" ? 2 : 1
		out = out (out == "" ? "" : ", ") "\"" substr(who, 1, at - 1) "\": " substr(who, at + 1, end - at)
		who = substr(who, end + 2)
	}
	return out
}
