# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# nvmefc metrics: the text format of Prometheus, for the textfile collector of the node exporter. Exit status 0 with
# whatever modules there are: a machine without FC has metrics too, that say so.

# shellcheck source=tools/nvmefc/lib/modules.sh
. "$LIB/modules.sh"

command_metrics() {
	{
		for name in nvme-fc nvmet-fc; do
			underscored=$(echo $name | tr - _)
			if loaded "$underscored"; then
				module_kind "$name"
				printf 'kind=module module=%s implementation=%s version=%s\n' "$underscored" "$kind" \
					"$(encoded "$(first_line "$SYSFS/module/$underscored/version")")"
			fi
		done
		gather nvme_fc/ports nvme_fc/associations nvme_fc/queues nvme_fc/errors \
			nvmet_fc/ports nvmet_fc/associations nvmet_fc/queues nvmet_fc/errors nvmet_fc/limits
	} | render metrics.awk
}
