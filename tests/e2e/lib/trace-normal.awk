# SPDX-License-Identifier: GPL-2.0
# What the events of nvme_fc and nvmet_fc tell, in a form that does not depend on time, on processors, or on numbers
# that are drawn. From the text of tracefs (or trace-cmd report) on stdin, in which "== NAME" in the trace marker begins
# a part:
#
#   awk -v io=BYTES -f trace-normal.awk < /sys/kernel/tracing/trace
#
# Events of one object (a command, a link service, an association, a port ..) follow one another, whichever processor
# they come from; those of different objects need not. So each object is a block, in the part in which it begins; blocks
# are sorted, and equal ones printed once. Of commands only Connect, properties, the asynchronous event request, and I/O
# of so many bytes are kept: what else the NVMe core sends, and how often, is its own business.
# Response and sequence numbers are left out, but have to be equal on both sides.

function field(name,    rest) {
	if (!match($0, "(^| )" name "=('[^']*'|[^ ]*)"))
		return ""
	rest = substr($0, RSTART, RLENGTH)
	sub("^ ?" name "=", "", rest)
	gsub("'", "", rest)
	return rest
}

# Adds the event to an object, which `begins` with it or is one that there was.
function add(key, title, begins, side) {
	if (begins || !(key in current)) {
		current[key] = ++objects
		part[objects] = now
		head[objects] = title
	}
	lines[current[key], side] = lines[current[key], side] "    " text "\n"
}

match($0, /tracing_mark_write: == .*/) || match($0, /print: .*== .*/) {
	now = $0
	sub(/.*== /, "", now)
	order[++parts] = now
	next
}

!match($0, /nvmet?_fc_[a-z_]+: /) { next }

{
	event = substr($0, RSTART, RLENGTH - 2)
	$0 = substr($0, RSTART + RLENGTH)
	side = event ~ /^nvmet/ ? 2 : 1
	exchange = field("exchange")
	text = $0
	sub(/ *$/, "", text)
	gsub(/(^| )(association_id|connection_id|exchange|cmdid|csn|rsn|sqhd|qid|opcode)=('[^']*'|[^ ]*)/, "", text)
	sub(/^ */, "", text)
	text = (side == 2 ? "nvmet_fc_" : "nvme_fc_") substr(event, side == 2 ? 10 : 9) (text == "" ? "" : " " text)
}

event ~ /_(cmd_[a-z]*|data|abort)$/ || event == "nvmet_fc_response" {
	opcode = field("opcode")
	key = field("qid") " " field("cmdid")
	if (side == 2) {
		# The next association may have a command of that number before this is over.
		if (event == "nvmet_fc_cmd_receive")
			current[field("association_id") " " key] = current[key]
		key = field("association_id") " " key
	}
	if (event == "nvme_fc_cmd_issue") {
		title = "command " opcode (field("fctype") + 0 || opcode == "Fabrics" ? " type " field("fctype") : "") \
			", queue " field("qid")
		add(key, title, 1, 1)
		shown[objects] = opcode == "Fabrics" || opcode == "Asynchronous Event Request" || field("length") == io
		next
	}
	# How a response goes depends on how many went before.
	if (event == "nvmet_fc_response") {
		rsn[current[key]] = field("iu") == "ERSP" ? field("rsn") "/" field("sqhd") : "0/0"
		sub(/ iu=[A-Z]*/, "", text)
	}
	if (event == "nvme_fc_cmd_done") {
		if (field("verdict") == "good" && field("rsn") "/" field("sqhd") != rsn[current[key]])
			print "rsn/sqhd: sent " rsn[current[key]] ", received " field("rsn") "/" field("sqhd")
		sub(/ response_length=[0-9]*/, "", text)
	}
	add(key, "command", 0, side)
	shown[current[key]] = shown[current[key]] + 0
	next
}

event ~ /_ls_(send|done|receive|response)$/ {
	key = (event ~ /_ls_(send|done)$/ ? "sent " : "received " side " ") exchange
	add(key, (side == 1 ? "host: " : "target: ") field("ls"), event ~ /_ls_(send|receive)$/, side)
	shown[current[key]] = 1
	next
}

{
	if (event == "nvmet_fc_association" || event == "nvmet_fc_disconnect")
		key = field("association_id")
	else if (event == "nvmet_fc_queue")
		key = field("qid") " " field("association_id")
	else if (event ~ /_port$|_discovery$/)
		key = now " " field("localport") " " field("remoteport") " " field("targetport")
	else
		key = side == 1 ? now : field("host")
	title = event
	sub(/^nvmet_fc_/, "target: ", title)
	sub(/^nvme_fc_/, "host: ", title)
	if (title ~ /^host: (association|queue|recovery)$/)
		title = "host: controller"
	sub(/ (association|host)=[0-9]*/, "", text)
	add(title " " key, title, text ~ /change=add/, side)
	shown[current[title " " key]] = 1
}

END {
	for (p = 1; p <= parts; p++) {
		print "== " order[p]
		n = 0
		for (o = 1; o <= objects; o++)
			if (shown[o] && part[o] == order[p])
				block[++n] = "  " head[o] "\n" lines[o, 1] lines[o, 2]
		for (i = 2; i <= n; i++) {
			this = block[i]
			for (j = i - 1; j > 0 && block[j] > this; j--)
				block[j + 1] = block[j]
			block[j + 1] = this
		}
		for (i = 1; i <= n; i++)
			if (i == 1 || block[i] != block[i - 1])
				printf "%s", block[i]
	}
}
