# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The short form of a script, E2E_SHORT=1: of its trials, those that it names.
# Without it all of them run.

SHORT=
SHORT_RAN=

# short_form NAMES: what the short form runs, one a line.
short_form() {
	SHORT=$1
}

# wanted NAME: whether the trial of that name runs.
wanted() {
	[[ ${E2E_SHORT:-} ]] || return 0
	[[ $'\n'$SHORT$'\n' == *$'\n'"$1"$'\n'* ]] || return
	SHORT_RAN+=$1$'\n'
}

# often LONG SHORT: how often something is done, in either form.
often() {
	if [[ ${E2E_SHORT:-} ]]; then echo "$2"; else echo "$1"; fi
}

# A name that no trial has would be left out without a word.
short_done() {
	local name left=''
	[[ ${E2E_SHORT:-} ]] || return 0
	while read -r name; do
		[[ ! $name || $'\n'$SHORT_RAN == *$'\n'"$name"$'\n'* ]] || left+="${left:+, }$name"
	done <<< "$SHORT"
	is "$TITLE: what the short form names and did not run" "$left" ''
}
