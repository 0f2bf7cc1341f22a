# SPDX-License-Identifier: GPL-2.0
# nvmefc explain. The modules give each failure in words, those of the host with what to do behind a semicolon; what is
# added here is what to look at next where they do not.

{ parse($0) }
f["kind"] == "note" && f["text"] !~ /not loaded$/ { say("incomplete", "-", f["text"], "run as root: nvmefc status says which module is loaded", "") }
f["kind"] == "nobody" {
	say("no driver", f["module"], "no HBA driver uses " f["module"], "modprobe lpfc or qla2xxx; both may want to be told: lpfc.lpfc_enable_fc4_type=3, qla2xxx.ql2xnvmeenable=1", "")
}
f["kind"] == "c_module" {
	say("C module", f["module"], f["module"] " is the kernel's C module, which keeps no failures", "look at dmesg; nvmefc status says how to load ours", "")
}
f["kind"] == "log" { say("log", "-", f["text"], "", "") }
f["file"] == "nvme_fc/ports" && f["kind"] == "remoteport" && f["state"] == "lost" {
	say("port lost", f["traddr"], "remote port " f["traddr"] " is gone from the fabric; its controllers wait for it, for " get("dev_loss_remaining", "?") " s more", \
		"look at the link, the zoning and the target: cat /sys/class/fc_host/host*/port_state", "")
}
f["file"] == "nvme_fc/associations" && has("last_error") {
	split_advice(f["last_error"])
	say("controller", f["controller"], what, f["state"] == "live" ? "it is overcome: the controller is live" : advice, get("last_error_age", ""))
}
f["file"] == "nvme_fc/errors" && f["kind"] == "connect_failure" {
	split_advice(f["cause"])
	say("connect", has("subsysnqn") ? "to " f["subsysnqn"] : "-", what (f["count"] > 1 ? " (" f["count"] " times)" : ""), advice, f["age"])
}
f["file"] == "nvme_fc/errors" && f["kind"] == "reject" && f["count"] > 0 {
	say("rejects " f["direction"], "-", count(f["count"], "link service") " " (f["direction"] == "sent" ? "of targets rejected" : "rejected by targets") ": " spaced(f["reason"]), next_step(f["reason"]), "")
}
f["file"] == "nvme_fc/errors" && f["kind"] == "ls_unanswered" && f["count"] > 0 {
	say("LS unanswered", "-", count(f["count"], "link service") " got no answer in time", "look at the target's log, and at the fabric for lost frames", "")
}
f["file"] == "nvmet_fc/ports" && f["state"] == "online" && !has("nvmet_port") && has("targetport") {
	say("unbound", "target port " f["targetport"], "target port " f["traddr"] " is not bound to an nvmet port, so that nobody can connect", \
		"enable an nvmet port with addr_trtype fc and addr_traddr " f["traddr"], "")
}
f["file"] == "nvmet_fc/errors" && (f["kind"] == "reject" || f["kind"] == "refused") && f["count"] > 0 {
	say(f["kind"] == "reject" ? "LS rejected" : "refused", "target", get("cause", spaced(get("reason", f["what"]))) ": " count(f["count"], "time"), next_step(get("cause", "") " " get("reason", "")), "")
}
END {
	if (json) {
		printf "{\"failures\": ["
		for (i = 1; i <= n; i++) printf "%s\n  %s", (i > 1 ? "," : ""), object[i]
		print (n ? "\n" : "") "]}"
	} else if (!n) print "nothing failed"
	exit n > 0
}

# say(WHAT, WHO, WHY, STEP, AGE)
function say(what, who, why, step, age) {
	n++
	if (json) {
		object[n] = "{\"what\": " quoted(what) ", \"who\": " json_value("nqn", who) ", \"age\": " json_value("age", age) ", \"cause\": " quoted(why) ", \"next_step\": " json_value("nqn", step) "}"
		return
	}
	printf "%s%s%s: %s\n", what, who == "-" ? "" : " " who, age == "" || age == "-" ? "" : ", " duration(age) " ago", why
	if (step != "") print "  -> " step
}

function spaced(text) {
	gsub(/_/, " ", text)
	return text
}

# split_advice(CAUSE): into what, and advice.
function split_advice(cause,   at) {
	what = cause
	advice = next_step(cause)
	if (at = index(cause, "; ")) {
		what = substr(cause, 1, at - 1)
		advice = substr(cause, at + 2)
	}
}

# next_step(CAUSE): where to look, if the cause does not say so itself.
function next_step(cause) {
	cause = tolower(cause)
	if (cause ~ /no such (host|local) port|host_traddr/) return "nvmefc ports lists the local ports: host_traddr is one of them"
	if (cause ~ /remote port|combination not found|traddr/) return "nvmefc ports lists the remote ports: zoning, and whether the target's port is online"
	if (cause ~ /not allowed|does not allow|allowed_hosts|host.*access|connect invalid host/) return "on the target: allowed_hosts, or attr_allow_any_host, of the subsystem; the name is in /etc/nvme/hostnqn"
	if (cause ~ /secret|auth|dhchap/) return "both sides need the same DH-HMAC-CHAP keys: nvme gen-dhchap-key, nvme check-dhchap-key"
	if (cause ~ /subsystem|connect invalid param/) return "nvme discover tells which subsystems the target has for this host"
	if (cause ~ /insufficient|resources|no room|unable_to_perform|unable to perform/) return "nvmet_fc/limits on the target, or its log, says which limit"
	if (cause ~ /unanswered|not answered|timed? ?out/) return "the target's log, and the fabric: frames are lost, or the target hangs"
	return ""
}
