#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# behaviour/tracing.sh on a machine that has trace-cmd, which then has to say the same; without udev, whose rules would
# connect, and read from each disk.
set -uo pipefail
systemctl stop systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udevd.service
. "$(dirname "$0")/../behaviour/tracing.sh"
