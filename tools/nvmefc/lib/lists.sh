# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# nvmefc ports, nvmefc associations. Exit status 0: all there is; 1: a part, and why; 2: no module is loaded.

# list PROGRAM FILE..
list() {
	program=$1
	shift
	loaded nvme_fc || loaded nvmet_fc || { complain 'neither nvme_fc nor nvmet_fc is loaded'; exit 2; }
	gather "$@" | render "$program"
}

command_ports() {
	list ports.awk nvme_fc/ports nvmet_fc/ports nvmet_fc/hosts
}

command_associations() {
	list associations.awk nvme_fc/associations nvmet_fc/associations
}
