# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What the guest runs besides its kernel: a small Debian 13 with nvme-cli, fio and what the tests call.

STEP_ABOUT='Debian 13 user space for the guest (nvme-cli, fio)'
STEP_AFTER=''
STEP_NEED_MB=1000
STEP_NET=1

step_run() {
	local mirror packages
	mirror=$(debian_mirror /etc/apt)
	packages=(
		nvme-cli fio kmod udev util-linux bash bash-builtins coreutils gawk grep sed bc jq diffutils findutils tar
		e2fsprogs procps psmisc iproute2 strace file uuid-runtime bsdextrautils
	)
	apt_options >"$STEP_TMP/apt.conf"
	unshare --mount --propagation private mmdebstrap --mode=root --variant=essential --architectures=amd64 \
		--aptopt="$STEP_TMP/apt.conf" --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/include/*' \
		--include="$(IFS=,; echo "${packages[*]}")" trixie "$OUT" "deb $mirror trixie main"
	# These rules connect by themselves, and race with tests that connect by hand.
	rm -f "$OUT"/usr/lib/udev/rules.d/70-nvmf-*.rules
	# Keys and names of this one image are no secret: every test machine may share them.
	mkdir -p "$OUT/job" "$OUT/etc/nvme"
}
