# SPDX-License-Identifier: GPL-2.0
# nvmefc ports.

{
	parse($0)
	if (f["kind"] == "note") { note(); next }
	if (json) { objects[++n_objects] = json_record(); next }
}
f["file"] == "nvme_fc/ports" && f["kind"] == "localport" {
	print "local port " f["localport"] "  " f["host_traddr"] described()
}
f["file"] == "nvme_fc/ports" && f["kind"] == "remoteport" {
	print "  remote port " get("remoteport", "-") "  " f["traddr"] (f["localport"] == "-" ? " from " f["host_traddr"] : "") described()
}
f["file"] == "nvmet_fc/ports" {
	targets[++n_targets] = f["targetport"]
	about[n_targets] = "target port " f["targetport"] "  " f["traddr"] described()
}
f["file"] == "nvmet_fc/hosts" {
	hosts[f["targetport"]] = hosts[f["targetport"]] "  host " f["host"] "  " f["host_traddr"] described() "\n"
}
END {
	if (json) finish_json("ports")
	for (i = 1; i <= n_targets && !json; i++) printf "%s\n%s", about[i], hosts[targets[i]]
	if (!json && !NR) print "no ports"
	exit incomplete
}

# note(): what is missing, on stderr, or among the objects. That one of the modules is not loaded is no lack.
function note() {
	if (f["text"] !~ /not loaded$/) incomplete = 1
	if (json) notes = notes (notes ? ", " : "") quoted(f["text"])
	else print "nvmefc: " f["text"] > "/dev/stderr"
}

function finish_json(name,   i) {
	printf "{\"%s\": [", name
	for (i = 1; i <= n_objects; i++) printf "%s\n  %s", (i > 1 ? "," : ""), objects[i]
	printf "%s], \"notes\": [%s]}\n", n_objects ? "\n" : "", notes
}

# described(): the fields of a port that matter to a person.
function described(   out) {
	if (has("port_id")) out = out "  id " f["port_id"]
	if (has("role")) out = out "  " f["role"]
	if (has("lldd")) out = out "  by " f["lldd"]
	if (has("state")) out = out "  " f["state"]
	if (has("dev_loss_remaining")) out = out ", given up in " duration(f["dev_loss_remaining"])
	if (f["file"] == "nvmet_fc/ports") out = out "  " (has("nvmet_port") ? "nvmet port " f["nvmet_port"] : "no nvmet port")
	if (has("remoteports")) out = out "  " count(f["remoteports"], "remote port")
	if (has("controllers")) out = out "  " count(f["controllers"], "controller")
	if (has("associations")) out = out "  " count(f["associations"], "association")
	if (has("ending") && f["ending"] != 0) out = out "  " f["ending"] " ending"
	return out
}
