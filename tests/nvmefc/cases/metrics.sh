# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# nvmefc metrics, by promtool.

# valid NAME: promtool likes what was said.
valid() {
	local out
	if out=$(judge promtool check metrics <<<"$said" 2>&1) && [[ ! $out ]]; then pass "$1"; else fail "$1" "$out"; fi
}

nvmefc metrics
ends 'metrics: with our modules' 0
valid 'metrics: promtool check metrics'
says 'metrics: of both modules' "nvmefc_remoteport_state{localport=\"0\",remoteport=\"1\",host_traddr=\"$HOST1\",traddr=\"$TARGET2\",state=\"lost\"} 1" \
	'nvmefc_remoteport_devloss_remaining_seconds{' 'nvmefc_ls_rejects_total{direction="received",reason="invalid_host"} 1' 'nvmefc_aborts_total 2' \
	'nvmefc_association_age_seconds{controller="nvme0"} 200' 'nvmefc_queue_commands_issued_total{controller="nvme0",qid="1"} 1000000' \
	'nvmefc_outstanding{kind="controller"} 2' 'nvmetfc_targetport_bound{targetport="1"' 'nvmetfc_limit_used{limit="associations"' \
	'nvmetfc_queue_deferred{targetport="0",association="0",qid="1"} 4' 'nvmefc_metrics_complete 1' 'nvmefc_module_info{module="nvme_fc",implementation="rust"} 1'
says 'metrics: records that differ in words alone are one sample' 'nvmetfc_ls_rejects_total{reason="invalid_host",explanation="no_explanation"} 3'
silent_of 'metrics: nothing that keeps hosts off an association' deadbee
nvmefc -o json metrics
json_is 'metrics as JSON' "[m for m in d['metrics'] if m['name'] == 'nvmefc_association_info' and m['labels']['subsysnqn'] == 'nqn.2026-11.test:a%20%22b' and m['value'] == 1]"

for file in nvme_fc nvmet_fc; do : >"$FIXTURE/sys/kernel/debug/$file/ports"; done
nvmefc metrics
valid 'metrics: no ports'
rm -r "$FIXTURE/sys/kernel/debug/nvme_fc" "$FIXTURE/sys/kernel/debug/nvmet_fc"
nvmefc metrics
valid 'metrics: C modules'
says 'metrics: say that they are incomplete' 'nvmefc_metrics_complete 0' 'nvmefc_controller_state{controller="nvme0",state="live"} 1'
unload nvme_fc
unload nvmet_fc
nvmefc metrics
ends 'metrics: nothing loaded' 0
valid 'metrics: nothing loaded, promtool check metrics'
says 'metrics: nothing but that' 'nvmefc_metrics_complete 1'
