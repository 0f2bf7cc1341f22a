# SPDX-License-Identifier: GPL-2.0
# nvmefc status, from the records of status.sh; the verdict is the exit status.

BEGIN {
	words["rust"] = "ours (Rust)"
	words["c"] = "the kernel's C module"
	words["other"] = "neither ours nor the kernel's"
	words["-"] = "no such module is installed"
	words["none"] = "not in it"
}
{ parse($0) }
{
	if (f["loaded"] == 1) {
		n_loaded++
		if (f["implementation"] != "rust") attention(f["module"] " is " words[f["implementation"]] reload())
		else if (!has("file")) attention(f["module"] " was loaded from a file that is gone or was replaced: the next load takes another")
		else if (f["next"] == "rust" && f["file"] != same_folder(f["next_file"])) attention(f["module"] " was loaded from " f["file"] ", the next load takes " f["next_file"])
		kinds[f["implementation"]]
	}
	if (f["next"] == "c") c_next = c_next " " f["module"]
	if (f["next"] == "rust") rust_next = rust_next " " f["module"]
	if (has("abi") && f["abi"] == "differs") attention("our " f["module"] " was built for other struct layouts than those of the modules that are loaded: do not load it")
	if (has("cause")) skipped = f["cause"]
	if (has("initramfs") && f["initramfs"] == "c") attention("the initramfs has the kernel's " f["module"] ": update-initramfs -u, or dracut -f")
	object[++n_modules] = json_record()
	text[n_modules] = described()
}
END {
	if (n_loaded && c_next != "") attention("a reboot loads the kernel's" c_next (rust_next != "" ? ", but our" rust_next : "") ": install both of ours, then depmod -a")
	if (("rust" in kinds) && ("c" in kinds)) attention("host and target are of two kinds")
	if (skipped != "") attention("DKMS builds nothing for this kernel: " skipped)
	status = !n_loaded ? 2 : n ? 1 : 0
	verdict = !n_loaded ? "not loaded" : n ? "needs attention" : "ours, now and after a reboot"
	if (json) {
		printf "{\"verdict\": %s, \"status\": %d, \"attention\": [", quoted(verdict), status
		for (i = 1; i <= n; i++) printf "%s%s", (i > 1 ? ", " : ""), quoted(why[i])
		printf "], \"modules\": ["
		for (i = 1; i <= n_modules; i++) printf "%s\n  %s", (i > 1 ? "," : ""), object[i]
		print "\n]}"
	} else {
		for (i = 1; i <= n_modules; i++) print text[i]
		print verdict (n ? ":" : "")
		for (i = 1; i <= n; i++) print "  " why[i]
	}
	exit status
}

function attention(what) {
	why[++n] = what
}

function reload() {
	return f["next"] == "rust" ? ": ours is installed; unload the drivers of the HBAs, load them again, or reboot" : ""
}

# same_folder(PATH): /lib and /usr/lib are one.
function same_folder(path) {
	sub("/usr/lib/modules/", "/lib/modules/", path)
	return path
}

function described(   out) {
	out = sprintf("%-6s %-8s ", f["side"], f["module"])
	if (f["loaded"] == 1) {
		out = out words[f["implementation"]] (has("version") ? ", version " blanks(f["version"]) : "")
		out = out "\n  loaded from  " get("file", "a file that is not there any more") (has("build_id") ? "\n  build-id     " f["build_id"] : "")
		if (has("taint")) out = out "\n  taint        " f["taint"]
		out = out "\n  held by      " listed(get("holders", "no driver"))
	} else out = out "not loaded"
	out = out "\n  next load    " words[f["next"]] (has("next_file") ? ", " f["next_file"] : "")
	if (has("initramfs")) out = out "\n  initramfs    " words[f["initramfs"]] (f["initramfs"] == "none" ? "" : ", " f["initramfs_file"])
	return out
}

function blanks(text) {
	gsub(/%20/, " ", text)
	return text
}

function listed(names) {
	gsub(/,/, ", ", names)
	return names
}
