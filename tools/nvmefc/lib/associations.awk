# SPDX-License-Identifier: GPL-2.0
# nvmefc associations.

{
	parse($0)
	if (f["kind"] == "note") {
		if (f["text"] !~ /not loaded$/) incomplete = 1
		if (json) notes = notes (notes ? ", " : "") quoted(f["text"])
		else print "nvmefc: " f["text"] > "/dev/stderr"
		next
	}
	n++
	if (json) { objects = objects (n > 1 ? "," : "") "\n  " json_record(); next }
	if (f["file"] == "nvme_fc/associations") host()
	else target()
}
END {
	if (json) printf "{\"associations\": [%s%s], \"notes\": [%s]}\n", objects, n ? "\n" : "", notes
	else if (!n) print "no associations"
	exit incomplete
}

function host(   counts) {
	print f["controller"] "  " f["state"] (has("association_id") ? "  association " f["association_id"] : "  no association") in_service()
	print "  subsystem " f["subsysnqn"]
	print "  from " f["host_traddr"] " to " f["traddr"] (has("remote_port_state") ? ", which is " f["remote_port_state"] : "")
	if (has("dev_loss_remaining")) print "  its remote port is lost, and given up in " duration(f["dev_loss_remaining"])
	if (get("attempt", 0) > 0) print "  " count(f["attempt"], "attempt") " to connect since it was lost"
	counts = counted("recoveries", "recovery", "recoveries") counted("aborts", "abort") counted("ls_rejects", "LS rejected", "LS rejected") counted("ersp_errors", "wrong response")
	if (counts != "") print "  " substr(counts, 3)
	if (has("last_error")) print "  last failure" (has("last_error_age") ? ", " duration(f["last_error_age"]) " ago" : "") ": " f["last_error"]
}

function target() {
	print "target port " f["targetport"] "  " f["state"] "  association " f["association_id"] ", number " f["association"] in_service()
	print "  host " f["hostnqn"] (has("host_traddr") ? " at " f["host_traddr"] : "")
	print "  subsystem " f["subsysnqn"] (has("controller") ? ", controller " f["controller"] : "")
}

function in_service(   out) {
	if (has("queues")) out = "  " count(f["queues"], "queue") (has("queue_entries") ? " of " f["queue_entries"] " entries" : "")
	if (has("age")) out = out "  for " duration(f["age"])
	return out
}

function counted(key, one, many,   out) {
	if (!has(key)) return ""
	return ", " count(f[key], one, many)
}
