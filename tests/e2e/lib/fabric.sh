# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # constants for those who source it
# Names of the ports, which are numbered from 1, and the fabric that they make,
# over the LLDD that E2E_LLDD names: fcloop (the default) or loopback.

ROLE_TARGET=0x20
ROLE_TARGET_DISCOVERY=0x60

# host_names N, target_names N: a port's names, into WWNN and WWPN, and TRADDR, where a connect finds it. By no process.
host_names() { port_names aa "$1"; }
target_names() { port_names ab "$1"; }
port_names() {
	printf -v WWNN '0x10001100%s%06x' "$@"
	printf -v WWPN '0x20001100%s%06x' "$@"
	TRADDR=nn-$WWNN:pn-$WWPN
}

host_wwnn() { host_names "$1" && echo "$WWNN"; }
host_wwpn() { host_names "$1" && echo "$WWPN"; }
target_wwnn() { target_names "$1" && echo "$WWNN"; }
target_wwpn() { target_names "$1" && echo "$WWPN"; }
host_traddr() { host_names "$1" && echo "$TRADDR"; }
target_traddr() { target_names "$1" && echo "$TRADDR"; }

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
