# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # for those who source it
# The host's own files: records in debugfs, on what books.sh has, and values in sysfs.

HOST_FILES=$DEBUGFS/nvme_fc

# host_records FILE [WORDS]: the records of a file that have all these fields.
host_records() {
	record_of "$HOST_FILES/$1" "${@:2}"
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
