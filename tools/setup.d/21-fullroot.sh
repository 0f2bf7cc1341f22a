# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What the second guest image holds: the first one's user space with nvme-cli as its package has it, autoconnect rules
# and units included, and with the programs that look into the modules. promtool and mandoc judge files of tools/nvmefc
# on this side (IN_ROOT=fullroot tools/in-root promtool ..).

STEP_ABOUT='the same user space with systemd, bpftrace, trace-cmd, nvme-stas and promtool'
STEP_AFTER='guestroot'
STEP_NEED_MB=1000
STEP_NET=1
STEP_LAZY=1

full_packages='systemd-sysv dbus bpftrace trace-cmd nvme-stas promtool mandoc'

step_run() {
	local mirror
	mirror=$(debian_mirror /etc/apt)
	apt_options >"$STEP_TMP/apt.conf"
	# Only what the other root lacks is fetched; nvme-cli is laid out anew, as the other one has lost its rules.
	# shellcheck disable=SC2016 # mmdebstrap's shell expands these
	unshare --mount --propagation private mmdebstrap --mode=root --variant=custom --architectures=amd64 \
		--aptopt="$STEP_TMP/apt.conf" --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--skip=check/empty --setup-hook="cp -a '$CACHE/guestroot/.' \"\$1\"" \
		--customize-hook="APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG apt-get -q -y -oDPkg::Chroot-Directory=\"\$1\" \
			install --reinstall nvme-cli $full_packages" \
		trixie "$OUT" "deb $mirror trixie main"
	[[ -e $OUT/usr/lib/udev/rules.d/70-nvmf-autoconnect.rules ]] || die "nvme-cli came without its rules"
	# It answers the same events as nvme-cli's rules: the test of it starts it.
	rm "$OUT"/etc/systemd/system/multi-user.target.wants/sta[cf]d.service
	# No unit need look for what an update of /usr would ask for.
	touch -r "$OUT/usr" "$OUT/etc/.updated" "$OUT/var/.updated"
	# Nobody logs in; both serial ports have other uses.
	ln -s /dev/null "$OUT/etc/systemd/system/serial-getty@.service"
	ln -s /dev/null "$OUT/etc/systemd/system/getty@.service"
}
