# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# Names of the ports, which are numbered from 1, and the fabric that they make,
# over the LLDD that E2E_LLDD names: fcloop (the default) or loopback.

ROLE_TARGET=0x20
ROLE_TARGET_DISCOVERY=0x60

host_wwnn() { printf '0x10001100aa%06x' "$1"; }
host_wwpn() { printf '0x20001100aa%06x' "$1"; }
target_wwnn() { printf '0x10001100ab%06x' "$1"; }
target_wwpn() { printf '0x20001100ab%06x' "$1"; }
host_traddr() { echo "nn-$(host_wwnn "$1"):pn-$(host_wwpn "$1")"; }
target_traddr() { echo "nn-$(target_wwnn "$1"):pn-$(target_wwpn "$1")"; }

# shellcheck source=/dev/null
. "$E2E/lib/${E2E_LLDD:-fcloop}.sh"

# A host and a target port with the same number, and the path between them.
fabric_up() {
	local n
	for n in "$@"; do
		host_port_add "$n" && target_port_add "$n" && remote_port_add "$n" "$n" || return
	done
}

# In the order of blktests: target, remote, then local ports. Ports that are
# gone already are no error.
fabric_down() {
	local n
	for n in "$@"; do
		target_port_del "$n" 2> /dev/null || true
		remote_port_del "$n" 2> /dev/null || true
		host_port_del "$n" 2> /dev/null || true
	done
}
