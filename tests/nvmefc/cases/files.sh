# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# What comes with nvmefc: manual, completion, alerts, dashboard, units, and where they are installed.

quiet 'manual: mandoc has no complaint' judge mandoc -Tlint -Wwarning tools/nvmefc/nvmefc.8
said=$(sh tools/nvmefc/nvmefc --help)
for command in status ports associations explain trace report metrics; do
	says "usage: $command" "$command"
	quiet "manual: $command" grep -q "^\.It Cm $command" tools/nvmefc/nvmefc.8
done
nvmefc
ends 'no command' 3
nvmefc -o yaml status
ends 'no such format' 3
nvmefc nonsense
ends 'no such command' 3

# complete WORD..: what bash offers for the last one, in $said.
complete_last() {
	said=$(bash -c 'source tools/nvmefc/nvmefc.bash-completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nvmefc; echo "${COMPREPLY[*]}"' bash "$@")
}
complete_last nvmefc ''
is 'completion: commands and options' "$said" 'status ports associations explain trace report metrics -o -h -V'
complete_last nvmefc -o j
is 'completion: formats' "$said" json
complete_last nvmefc -o json trace -
is 'completion: of a command' "$said" '-a -i'

quiet 'alerts: promtool check rules' judge promtool check rules tools/nvmefc/metrics/alerts.yml
quiet 'alerts: promtool test rules' judge sh -c 'cd tools/nvmefc/metrics && promtool test rules alerts_test.yml'
quiet 'dashboard: asks for what there is' tests/nvmefc/check-dashboard tools/nvmefc/metrics/dashboard.json tools/nvmefc/metrics/alerts.yml tools/nvmefc/lib/metrics.awk
sed 's/nvmefc_aborts_total/nvmefc_abort_total/' tools/nvmefc/metrics/alerts.yml >"$FIXTURE/alerts.yml"
quiet 'dashboard: a metric that there is not is found' not tests/nvmefc/check-dashboard tools/nvmefc/metrics/dashboard.json "$FIXTURE/alerts.yml" tools/nvmefc/lib/metrics.awk

quiet 'install' make -s -C tools/nvmefc install DESTDIR="$FIXTURE/installed"
quiet 'units: systemd-analyze verify' judge systemd-analyze verify --man=no "$FIXTURE"/installed/usr/lib/systemd/system/nvmefc-metrics.{service,timer}
status=0
said=$(env -u NVMEFC_LIB NVMEFC_LIB="$FIXTURE/installed/usr/share/nvmefc" sh "$FIXTURE/installed/usr/sbin/nvmefc" ports) || status=$?
ends 'installed: works without this clone' 0
