# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# Where things are, and the few helpers that every tool here shares. Source it.

TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TOP=${TOOLS%/*}
CACHE=${NVME_FC_RS_CACHE:-/var/cache/nvme-fc-rs}
CACHE=${CACHE%/}
# The build root, where every compiler runs (see tools/in-root). IN_ROOT names another step whose product is a root.
ROOT=$CACHE/${IN_ROOT:-root}

# die MESSAGE: one line on stderr, exit 1. A set-up step's message also reaches the terminal of tools/setup.
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	[[ -z ${STEP_ERROR:-} ]] || printf '%s\n' "$*" >"$STEP_ERROR"
	exit 1
}

[[ $CACHE == /* ]] || die "NVME_FC_RS_CACHE must be an absolute path, not '$CACHE'"

# need_root: the build root, its mounts and the guest image belong to root.
need_root() {
	((EUID == 0)) || die "must run as root (try: sudo $0)"
}

# clock SECONDS: as minutes:seconds.
clock() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}
