#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# nvmefc, and the commands of the documents, on a machine: over ours, as root and as nobody, and over the C modules.
set -uo pipefail
. "$(dirname "$0")/../guest-lib.sh"

JOB=$(dirname "$E2E")
# There is no make here: what tools/nvmefc/Makefile would do.
install -m 755 "$JOB/nvmefc/nvmefc" /usr/sbin/nvmefc
mkdir -p /usr/share/nvmefc
cp "$JOB"/nvmefc/lib/* /usr/share/nvmefc/
cp "$JOB"/nvmefc/metrics/*.{service,timer} /etc/systemd/system/
systemctl daemon-reload

SAID=/tmp/said

# ends STATUS COMMAND..: what it says stays for says.
ends() {
	local wanted=$1 status=0
	shift
	"$@" > "$SAID" 2>&1 || status=$?
	cat "$SAID"
	[[ $status == "$wanted" ]] || { echo "exit status $status, expected $wanted"; return 1; }
}

says() {
	grep -E -- "$1" "$SAID"
}

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# blocks DOCUMENT: its testable blocks, one after the other.
blocks() {
	awk '
		/^ *\.\. testable/ { wanted = 1; next }
		wanted && /^ *::$/ { at = match($0, /[^ ]/); wanted = 0; inside = 1; next }
		inside && NF && match($0, /[^ ]/) <= at { inside = 0 }
		inside { print substr($0, at + 2) }' "$1"
}

run_blocks() {
	blocks "$1" > /tmp/blocks
	[[ $(wc -l < /tmp/blocks) -gt 4 ]] || { echo "no blocks in $1"; return 1; }
	# Not bounded, which would wait for what they leave running.
	TRADDR=$(target_traddr 1) HOST_TRADDR=$(host_traddr 1) NQN=$SUBSYS timeout -k 1 $((120 * PATIENCE)) bash -e -o pipefail -x /tmp/blocks
}

# The rules would connect, and be in the way of setup and teardown.
systemctl mask --runtime nvmf-connect@.service > /dev/null
check 'status: nothing is loaded' ends 2 nvmefc status
setup 1
check_show 'status: ours' ends 0 nvmefc status
check 'status: says who holds it' says 'held by +nvme_fcloop'
check 'status as nobody' ends 0 as_nobody nvmefc status
check 'connect' connect "$SUBSYS" 1
check_show 'ports: ours, and all there is' ends 0 nvmefc ports
check 'ports: the local port' says "^local port [0-9]+ +$(host_traddr 1) .*online"
check 'ports: the remote port' says "^ +remote port [0-9]+ +$(target_traddr 1) .*online +1 controller"
check 'ports: the target port with its association' says "^target port [0-9]+ +$(target_traddr 1) .*nvmet port 1 +1 association"
check_show 'associations: both ends' ends 0 nvmefc associations
check 'associations: of the host' says '^nvme0 +live +association 0x'
check 'associations: of the target' says '^target port 0 +live'
check 'associations as JSON' jq -e '[.associations[].state] == ["live", "live"]' <(nvmefc -o json associations)
check 'associations as nobody: incomplete' ends 1 as_nobody nvmefc associations
check 'associations as nobody: what sysfs has' says '^nvme0 +live +association 0x'
check 'metrics: complete' grep -qx 'nvmefc_metrics_complete 1' <(nvmefc metrics)
check 'explain: nothing failed' ends 0 nvmefc explain
check_show 'a connect to a port that is not there fails' not connect "$SUBSYS" 7
check_show 'explain: it did' ends 1 nvmefc explain
check 'explain: and what to do' says '^  -> '
if [[ -d /sys/kernel/tracing/events/nvme_fc ]]; then
	nvmefc trace 6 > /tmp/trace &
	tracing=$!
	wait_for 20 test -e /sys/kernel/tracing/instances/nvmefc-$tracing
	nap 1000
	reset_ctrl nvme0
	wait "$tracing"
	cp /tmp/trace "$SAID"
	note "$(cat /tmp/trace)"
	check 'trace: the end of the association, and the next' says 'nvme0: association 0x[0-9a-f]+ (made|ended)'
	check 'trace: no instance stays' not compgen -G '/sys/kernel/tracing/instances/nvmefc-*'
fi
check 'report' ends 0 nvmefc report -s 0 /tmp/report.tar.gz
tar -xzOf /tmp/report.tar.gz > /tmp/report
check 'report: ports and log' grep -q "remote port.*$(target_traddr 1)" /tmp/report
id=$(cat /sys/class/nvme/nvme0/fc/association_id 2> /dev/null || echo none)
check 'report: no identifier of the association' not grep -q "$id" /tmp/report
disconnect "$SUBSYS" > /dev/null
systemctl unmask --runtime nvmf-connect@.service
check 'the commands of admin.rst' run_blocks "$JOB/Documentation/admin.rst"
wait_for 30 not pgrep -f 'nvme connect-all'
check 'the commands of troubleshooting.rst' run_blocks "$JOB/Documentation/troubleshooting.rst"
wait_for 30 not pgrep -f 'nvme connect-all'
systemctl mask --runtime nvmf-connect@.service > /dev/null
teardown

# The kernel's own.
modprobe nvme_fabrics
modprobe nvmet
insmod "/lib/modules/$(uname -r)/kernel/drivers/nvme/host/nvme-fc.ko"
insmod "/lib/modules/$(uname -r)/kernel/drivers/nvme/target/nvmet-fc.ko"
modprobe "$LLDD_MODULE"
check_show 'C modules: status' ends 1 nvmefc status
check 'C modules: says so' says "nvme_fc is the kernel's C module: ours is installed"
for command in ports associations explain; do
	check "C modules: $command, as far as there is" ends 1 nvmefc $command
done
check 'C modules: metrics' ends 0 nvmefc metrics
check 'C modules: trace has nothing to show' ends 3 nvmefc trace 1
check 'C modules: report' ends 0 nvmefc report -s 0 /tmp/report.tar.gz
check 'C modules: unload' unload_transports
systemctl unmask --runtime nvmf-connect@.service
done_testing
