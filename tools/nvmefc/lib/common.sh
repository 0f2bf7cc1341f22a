# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154
# What the commands of nvmefc share. All they know is records, "key=value" in a line: those of debugfs, or what sysfs
# and configfs tell everybody, in the same form.

RELEASE=$(cat "$PROC/sys/kernel/osrelease" 2>/dev/null || uname -r)

# render PROGRAM: what comes in, by that program of lib.
render() {
	awk -v json="$json" -f "$LIB/records.awk" -f "$LIB/$1"
}

# encoded TEXT: as a value of a record.
encoded() {
	[ -n "$1" ] || { printf -- -; return; }
	printf '%s' "$1" | sed 's/%/%25/g; s/ /%20/g'
}

# first_line FILE: or nothing.
first_line() {
	[ -r "$1" ] && head -n 1 "$1" 2>/dev/null
}

# kernel_log: or the file that stands for it.
kernel_log() {
	if [ -r "${NVMEFC_DMESG:-}" ]; then cat "$NVMEFC_DMESG"; else dmesg 2>/dev/null; fi
}

loaded() {
	[ -d "$SYSFS/module/$1" ]
}

# file_or_why MODULE: succeeds if debugfs has files of it; otherwise says why not.
file_or_why() {
	if ! loaded "$1"; then
		echo "$1 is not loaded"
	elif [ -r "$DEBUGFS/$1/ports" ]; then
		return 0
	elif [ "$(id -u)" != 0 ] && ! [ -x "$DEBUGFS" ]; then
		echo "only root may read $DEBUGFS/$1: what everybody may read follows"
	elif [ -z "$(ls -A "$DEBUGFS" 2>/dev/null)" ]; then
		echo "$DEBUGFS is not mounted: what sysfs has follows"
	else
		echo "the $1 that is loaded has no files in $DEBUGFS, as the C module: what sysfs has follows"
	fi
	return 1
}

# gather FOLDER/FILE..: their records, with a first field file=FOLDER/FILE. What is not complete is said in a record
# of kind=note.
gather() {
	noted=''
	for file; do
		module=${file%%/*}
		if why=$(file_or_why "$module"); then
			[ ! -r "$DEBUGFS/$file" ] || sed "s|^|file=$file |" "$DEBUGFS/$file" 2>/dev/null
			continue
		fi
		case $noted in
		*" $module "*) ;;
		*) noted="$noted $module "; printf 'kind=note module=%s text=%s\n' "$module" "$why" ;;
		esac
		! loaded "$module" || without_files "$file" | sed "s|^|file=$file |"
	done
}

# without_files FOLDER/FILE: what everybody may know of it.
without_files() {
	case $1 in
	nvme_fc/ports) fc_hosts; known_remote_ports ;;
	nvme_fc/associations) controllers ;;
	nvmet_fc/ports) nvmet_ports ;;
	esac
}

# controller_folders: of the controllers behind FC.
controller_folders() {
	for folder in "$SYSFS"/class/nvme/nvme*; do
		[ "$(first_line "$folder/transport")" != fc ] || printf '%s\n' "$folder"
	done
}

# from_address KEY ADDRESS: a part of a controller's address.
from_address() {
	printf '%s\n' "$2" | tr , '\n' | sed -n "s/^$1=//p"
}

controllers() {
	controller_folders | while read -r folder; do
		address=$(first_line "$folder/address")
		printf 'controller=%s host_traddr=%s traddr=%s subsysnqn=%s state=%s queues=%s' "${folder##*/}" \
			"$(encoded "$(from_address host_traddr "$address")")" "$(encoded "$(from_address traddr "$address")")" \
			"$(encoded "$(first_line "$folder/subsysnqn")")" "$(encoded "$(first_line "$folder/state")")" \
			"$(encoded "$(first_line "$folder/queue_count")")"
		for file in association_id remote_port_state dev_loss_remaining ls_rejects aborts ersp_errors; do
			[ ! -r "$folder/fc/$file" ] || printf ' %s=%s' "$file" "$(encoded "$(first_line "$folder/fc/$file")")"
		done
		[ ! -r "$folder/fc/last_error" ] || printf ' last_error=%s' "$(first_line "$folder/fc/last_error")"
		printf '\n'
	done
}

# known_remote_ports: those that have a controller.
known_remote_ports() {
	controller_folders | while read -r folder; do
		address=$(first_line "$folder/address")
		printf 'kind=remoteport localport=- host_traddr=%s traddr=%s state=%s\n' \
			"$(encoded "$(from_address host_traddr "$address")")" "$(encoded "$(from_address traddr "$address")")" \
			"$(encoded "$(first_line "$folder/fc/remote_port_state")")"
	done | sort | uniq -c | sed 's/^ *\([0-9]*\) \(.*\)/\2 controllers=\1/'
}

# fc_hosts: the ports of HBAs, as scsi_transport_fc knows them. Not each of them need speak NVMe.
fc_hosts() {
	for folder in "$SYSFS"/class/fc_host/host*; do
		[ -r "$folder/port_name" ] || continue
		printf 'kind=localport localport=- host_traddr=nn-%s:pn-%s port_id=%s lldd=%s state=%s\n' \
			"$(first_line "$folder/node_name")" "$(first_line "$folder/port_name")" "$(first_line "$folder/port_id")" \
			"$(encoded "$(first_line "$SYSFS/class/scsi_host/${folder##*/}/proc_name")")" \
			"$(first_line "$folder/port_state" | tr 'A-Z ' 'a-z_')"
	done
}

nvmet_ports() {
	for folder in "$SYSFS"/kernel/config/nvmet/ports/*; do
		[ "$(first_line "$folder/addr_trtype")" = fc ] || continue
		printf 'targetport=- traddr=%s nvmet_port=%s\n' "$(encoded "$(first_line "$folder/addr_traddr")")" "${folder##*/}"
	done
}
