# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Reading kernel configurations. Source it after lib.sh.

# config_took CONFIG FRAGMENT..: dies with the lines of the fragments that the configuration did not take. A symbol
# set to n may also be missing.
config_took() {
	local config=$1 lost
	shift
	lost=$(awk '
		{ sub(/^# /, ""); sub(/ is not set$/, "=n") }
		!/^CONFIG_[A-Z0-9_]+=/ { next }
		{ name = $0; sub(/=.*/, "", name); value = substr($0, length(name) + 2) }
		FILENAME == ARGV[1] { has[name] = value; next }
		(name in has ? has[name] : "n") != value { print $0 }
	' "$config" "$@" | paste -sd ' ')
	[[ -z $lost ]] || die "the kernel's configuration did not take: $lost"
}
