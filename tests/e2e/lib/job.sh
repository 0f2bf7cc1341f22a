# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The host side of a guest run: build-ids and TAP results.

# build_id FILE.ko[.xz]: the 20 bytes of the GNU build-id note, as the kernel
# shows them in /sys/module/NAME/notes. No binutils needed.
build_id() {
	local offset raw
	case $1 in
	*.xz) raw=$(mktemp); xz -dc "$1" > "$raw" ;;
	*.zst) raw=$(mktemp); zstd -qdc "$1" > "$raw" ;;
	*) raw=$1 ;;
	esac
	# namesz 4, descsz 20, type 3, "GNU\0"
	offset=$(LC_ALL=C grep -obUaP -m1 '\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0' "$raw" | head -n 1 | cut -d: -f1)
	[[ $offset ]] && od -An -v -tx1 -j$((offset + 16)) -N20 "$raw" | tr -d ' \n'
	[[ $raw == "$1" ]] || rm -f "$raw"
}

# stock_module DIR NAME: the kernel's own file of that module.
stock_module() {
	find "$1/kernel" -name "$2.ko*" -print -quit
}

# tap_result FILE: counts every script's checks; says "N passed, M failed[, K known]"
# and fails unless each script printed a plan that its checks fulfil.
tap_result() {
	awk '
		/^# begin / { open = $3; seen = 0; scripts++ }
		/^ok [0-9]+ - / { passed++; seen++ }
		/^not ok [0-9]+ - / { seen++; if (/ # TODO /) known++; else { failed++; bad[++n] = $0 } }
		/^1\.\.[0-9]+$/ {
			plan = substr($0, 4) + 0
			if (plan != seen || plan == 0) { failed++; bad[++n] = open ": planned " plan ", ran " seen }
			open = ""
		}
		/^# end / { if (open != "") { failed++; bad[++n] = open " ended without a plan" } open = "" }
		END {
			if (open != "") { failed++; bad[++n] = open " did not finish" }
			if (!scripts) { failed++; bad[++n] = "no script ran in the guest" }
			for (i = 1; i <= n; i++) print "   " bad[i]
			printf "%d passed, %d failed", passed, failed
			if (known) printf ", %d known of the C modules", known
			print ""
			exit failed != 0
		}' "$1"
}
