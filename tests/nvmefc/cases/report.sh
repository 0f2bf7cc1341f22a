# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# nvmefc report: what is in it, and what must never be.

line sys/class/nvme/nvme0/fc/last_error "wrong secret $SECRET"
line sys/kernel/debug/nvme_fc/errors 'kind=connect_failure count=1 age=1 cause=keys NVMeTLSkey-1:01:VRLbtnN9AQb2WXW3c9+wEf/DRLz0QuLdbYvEhwtdWwNf9LrZ: and psk=abcdefgh'
nvmefc report -s 0 "$FIXTURE/report.tar.gz"
ends 'report: made' 0
says 'report: says where' "$FIXTURE/report.tar.gz"
is 'report: for its owner alone' "$(stat -c %a "$FIXTURE/report.tar.gz")" 600
said=$(tar -tzf "$FIXTURE/report.tar.gz")
says 'report: has the modules, files, log and what the other commands say' /system /modules /modprobe /status /explain /ports /associations /metrics \
	/debugfs/nvme_fc/ports /debugfs/nvmet_fc/limits /sysfs/controllers /sysfs/target-ports /kernel-log
said=$(tar -xzOf "$FIXTURE/report.tar.gz")
says 'report: their contents' 'combination not found' lpfc_enable_fc4_type "$TARGET1" attr_allow_any_host 'wrong secret DHHC-1:REMOVED'
silent_of 'report: no key, wherever it was' "${SECRET:10:20}" VRLbtnN9 topsecret abcdefgh 1b2c3d4e
silent_of 'report: no identifier of an association' deadbee
says 'report: but a number for each' 'association_id=0x#1' 'connection_id=0x#2'
nvmefc -o json report -s 0 "$FIXTURE/report.tar.gz"
json_is 'report as JSON' "d['report'].endswith('report.tar.gz')"
nvmefc report -s 0 /proc/no/such/place
ends 'report: no place for it' 3
is 'report: leaves nothing behind' "$(find "${TMPDIR:-/tmp}" -maxdepth 2 -name 'nvmefc-report-*' | wc -l)" 0
