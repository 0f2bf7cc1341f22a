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
	[[ ! ${E2E_SHORT:-} ]] ||
		is "$TITLE: the short form ran all that it names" "$(sort -u <<< "$SHORT_RAN" | sed '/^$/d')" "$(sort -u <<< "$SHORT" | sed '/^$/d')"
}
