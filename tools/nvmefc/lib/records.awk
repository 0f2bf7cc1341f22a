# SPDX-License-Identifier: GPL-2.0
# Records of the modules' files, as Documentation/ABI/testing has them, and of the commands themselves.
#
# parse(LINE): fields into f[KEY], their order into keys[1..n_keys]. The last field of a record may be free text; values
# of events that may have blanks are quoted.
# json_record(): what parse found, as an object. Only JSON has the characters that %XX stands for: on a terminal they
# stay as they are, as a remote may have chosen them.

BEGIN {
	free["last_error"]; free["cause"]; free["text"]
	hex = "0123456789abcdef"
}

function parse(line,   word, at, i) {
	split("", f)
	split("", keys)
	n_keys = 0
	while (line != "") {
		at = index(line, " ")
		word = at ? substr(line, 1, at - 1) : line
		i = index(word, "=")
		if (!i) { line = at ? substr(line, at + 1) : ""; continue }
		keys[++n_keys] = substr(word, 1, i - 1)
		if (keys[n_keys] in free) {
			f[keys[n_keys]] = clean(substr(line, i + 1))
			return
		}
		if (substr(word, i + 1, 1) == "'") {
			line = substr(line, i + 2)
			at = index(line, "'")
			f[keys[n_keys]] = clean(at ? substr(line, 1, at - 1) : line)
			line = at ? substr(line, at + 2) : ""
			continue
		}
		f[keys[n_keys]] = clean(substr(word, i + 1))
		line = at ? substr(line, at + 1) : ""
	}
}

# clean(TEXT): without what a terminal could take for a command.
function clean(text) {
	gsub(/[^ -~]/, "?", text)
	return text
}

# has(KEY): it is there, and known.
function has(key) {
	return (key in f) && f[key] != "-" && f[key] != ""
}

# get(KEY, OTHERWISE)
function get(key, otherwise) {
	return has(key) ? f[key] : otherwise
}

# quoted(TEXT): a string of JSON. ASCII that was written as %XX is itself again.
function quoted(text,   out, at, code) {
	while (at = index(text, "%")) {
		code = 16 * (index(hex, tolower(substr(text, at + 1, 1))) - 1) + index(hex, tolower(substr(text, at + 2, 1))) - 1
		out = out escaped(substr(text, 1, at - 1))
		if (substr(text, at + 1, 2) !~ /^[0-9A-Fa-f][0-9A-Fa-f]$/ || code > 126) {
			out = out "%"
			text = substr(text, at + 1)
			continue
		}
		out = out (code < 32 ? sprintf("\\u%04x", code) : escaped(sprintf("%c", code)))
		text = substr(text, at + 3)
	}
	return "\"" out escaped(text) "\""
}

function escaped(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return text
}

function json_value(key, value) {
	if (value == "-" || value == "") return "null"
	if (!(key in free) && key !~ /nqn$/ && value ~ /^-?(0|[1-9][0-9]*)$/ && length(value) < 16) return value
	return quoted(value)
}

function json_record(   out, i) {
	for (i = 1; i <= n_keys; i++) out = out (i > 1 ? ", " : "") quoted(keys[i]) ": " json_value(keys[i], f[keys[i]])
	return "{" out "}"
}

# count(N, ONE, MANY): "1 port", "2 ports".
function count(n, one, many) {
	return n " " (n == 1 ? one : many ? many : one "s")
}

# duration(SECONDS) in words.
function duration(s) {
	s += 0
	if (s < 120) return s " s"
	if (s < 7200) return int(s / 60) " min"
	if (s < 172800) return int(s / 3600) " h"
	return int(s / 86400) " days"
}
