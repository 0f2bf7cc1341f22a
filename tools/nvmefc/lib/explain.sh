# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# nvmefc explain: what went wrong last, the newest last, and what to do. Exit status 0: nothing did; 1: something, or it
# cannot be told; 2: neither transport is loaded.

# shellcheck source=tools/nvmefc/lib/modules.sh
. "$LIB/modules.sh"

# circumstances: what is amiss without any failure.
circumstances() {
	for name in nvme-fc nvmet-fc; do
		underscored=$(echo $name | tr - _)
		loaded "$underscored" || continue
		case $(ls "$SYSFS/module/$underscored/holders" 2>/dev/null) in
		'') printf 'kind=nobody module=%s\n' "$underscored" ;;
		esac
		[ -d "$DEBUGFS/$underscored" ] || {
			module_kind "$name"
			[ "$kind" != c ] || printf 'kind=c_module module=%s\n' "$underscored"
		}
	done
}

# log_lines: the last complaints of modules that keep no failures of their own.
log_lines() {
	[ ! -r "$DEBUGFS/nvme_fc/errors" ] || [ ! -r "$DEBUGFS/nvmet_fc/errors" ] || return 0
	kernel_log | grep -E 'nvme_fc:|nvmet_fc:|NVME-FC\{|\(NULL device \*\): \{[0-9]+:' |
		grep -iE 'fail|not found|reject|timeout|bad traddr|error|lost|unable|refused|no room|not ' | tail -n 10 | sed 's/^/kind=log text=/'
}

command_explain() {
	loaded nvme_fc || loaded nvmet_fc || {
		complain 'neither nvme_fc nor nvmet_fc is loaded: load the driver of the HBA (modprobe lpfc, qla2xxx ..), which brings them'
		exit 2
	}
	{
		circumstances
		gather nvme_fc/ports nvme_fc/associations nvme_fc/errors nvmet_fc/ports nvmet_fc/errors
		log_lines
	} | render explain.awk
}
