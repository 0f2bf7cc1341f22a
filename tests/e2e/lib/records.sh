# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # for those who source it
# The transports' own files: records in debugfs, values in sysfs, and the
# documents of both. E2E_ABI has what those name, from the tree.

HOST_FILES=/sys/kernel/debug/nvme_fc

debugfs_mount() {
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
}

# host_records FILE [WORDS]: the records of a file that have all these fields.
host_records() {
	local file=$1 word line ours
	shift
	while IFS= read -r line; do
		ours=1
		for word; do
			[[ " $line " == *" $word "* ]] || ours=
		done
		[[ ! $ours ]] || echo "$line"
	done < "$HOST_FILES/$file"
}

# has_record FILE WORDS: whether there is one.
has_record() {
	[[ $(host_records "$@") ]] || { cat "$HOST_FILES/$1"; return 1; }
}

# record_field FILE FIELD WORDS: that field of the first of them.
record_field() {
	local file=$1 field=$2 value
	shift 2
	value=$(host_records "$file" "$@" | head -n 1)
	value=" $value "
	[[ $value == *" $field="* ]] || return
	value=${value#*" $field="}
	echo "${value%% *}"
}

# record_text FILE WORDS: the free text at the end of the first of them.
record_text() {
	host_records "$@" | head -n 1 | sed 's/.* \(last_error\|cause\)=//'
}

# fc_attr nvmeN NAME: a value in its folder fc.
fc_attr() {
	cat "/sys/class/nvme/$1/fc/$2"
}

# at_least NUMBER LEAST
at_least() {
	[[ $1 =~ ^[0-9]+$ && $1 -ge $2 ]] || { echo "'$1' is not $2 or more"; return 1; }
}

# Each book of the host's: what was accepted, less what was released, is outstanding;
# and so much is, if it is said.
books_add_up() {
	local line accepted released outstanding bad=0
	while read -r line; do
		accepted=${line#* accepted=} released=${line#* released=} outstanding=${line#* outstanding=}
		accepted=${accepted%% *} released=${released%% *} outstanding=${outstanding%% *}
		((accepted - released == outstanding)) || bad=1
		[[ ! ${1:-} || $outstanding == "$1" ]] || bad=1
	done < <(grep ' outstanding=' "$HOST_FILES/errors")
	((bad == 0)) || { cat "$HOST_FILES/errors"; return 1; }
}

# documented PLACE FILES..: what is there is what Documentation/ABI names, with
# nvmeX for any controller.
documented() {
	local place=$1 file
	shift
	diff <(for file; do echo "$file"; done | sort) <(tr ' ' '\n' <<< "$E2E_ABI" | grep "^$place." | sort)
}
