# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# The transports' files of records, one a line, key=value: above all what they have taken and not given back. The
# formats are in Documentation/ABI/testing.

DEBUGFS=/sys/kernel/debug
NVMET_FC=$DEBUGFS/nvmet_fc

# record_of FILE WORD..: the records that have all these words.
record_of() {
	local file=$1 line word
	shift
	while IFS= read -r line; do
		for word in "$@"; do
			[[ " $line " == *" $word "* ]] || continue 2
		done
		echo "$line"
	done < "$file"
}

# field KEY RECORD: the value, or all that follows for a "cause" or "last_error".
field() {
	local rest=" $2"
	rest=${rest#* "$1"=}
	[[ $1 == @(cause|last_error) ]] || rest=${rest%% *}
	echo "$rest"
}

# books_balance MODULE: of each kind, accepted less released is outstanding, in a file that is read while things go on.
books_balance() {
	local line
	while IFS= read -r line; do
		[[ $line == *' outstanding='* ]] || continue
		(($(field accepted "$line") - $(field released "$line") == $(field outstanding "$line"))) ||
			{ echo "$line"; return 1; }
	done < "$DEBUGFS/$1/errors"
}

# lost_services: how many link services the LLDD has lost since the script began, as nvme_fc says, in LOST. nvme-fcloop does
# so now and then with one that is on its way while its remote port goes; no other may.
lost_services() {
	local KLOG_AT=0 line
	LOST=0
	[[ $LLDD_MODULE == nvme_fcloop ]] || return 0
	klog_caught_up
	klog_read
	for line in "${KLOG_LINES[@]}"; do
		case $line in
		*'e2e: begin '*) LOST=0 ;;
		*'LLDD lost an LS') LOST=$((LOST + 1)) ;;
		esac
	done
}

# All that either transport has taken was given back. One without that file, the C one, says nothing.
nothing_outstanding() {
	local module line LOST
	debugfs_mount
	for module in nvme_fc nvmet_fc; do
		[[ -r $DEBUGFS/$module/errors ]] || continue
		while IFS= read -r line; do
			[[ $line == *' outstanding='* && $line != *' outstanding=0' ]] || continue
			lost_services
			[[ $line == 'kind=ls_request '* ]] && (($(field outstanding "$line") <= LOST)) && continue
			echo "$module: $line"
			return 1
		done < "$DEBUGFS/$module/errors"
	done
}

debugfs_mount() {
	mounted "$DEBUGFS" || mount -t debugfs none "$DEBUGFS"
}

# documented PLACE FILES..: what is there is what Documentation/ABI names, with nvmeX for any controller. E2E_ABI has what
# that names, from the tree.
documented() {
	local place=$1 file
	shift
	diff <(for file; do echo "$file"; done | sort) <(tr ' ' '\n' <<< "$E2E_ABI" | grep "^$place." | sort)
}
