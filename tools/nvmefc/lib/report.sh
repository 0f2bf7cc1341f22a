# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# nvmefc report [-s SECONDS] [FILE]: a tarball for a bug report. No file that holds a key is read; whatever looks like
# one all the same is blotted out, and identifiers of associations, which keep other hosts off them, get numbers instead.

# scrub: text without secrets. A number stands for the same identifier throughout one file.
scrub() {
	sed -e 's/DHHC-1:[0-9A-Za-z+/=:]*/DHHC-1:REMOVED/g' -e 's/NVMeTLSkey-1:[0-9A-Za-z+/=:]*/NVMeTLSkey-1:REMOVED/g' \
		-e 's/\(\(dhchap\|tls\|keyring\)[a-z_-]*\(secret\|key\|keyring\|psk\)\|dhchap_secret\|secret\|password\|passphrase\|psk\)\([=:] *\)[^ ,]*/\1\4REMOVED/g' |
		awk '{
			out = ""
			while (match($0, /(association|connection)(_id)?[=: ]+(0x)?[0-9a-f]+/)) {
				word = substr($0, RSTART, RLENGTH)
				digits = word
				sub(/^.*[=: ](0x)?/, "", digits)
				if (length(digits) > 8) {
					if (!(digits in number)) number[digits] = ++n
					word = substr(word, 1, length(word) - length(digits)) "#" number[digits]
				}
				out = out substr($0, 1, RSTART - 1) word
				$0 = substr($0, RSTART + RLENGTH)
			}
			print out $0
		}'
}

# put NAME COMMAND..: what a command says, as a file of the report.
put() {
	name=$1
	shift
	mkdir -p "$stage/$(dirname "$name")"
	"$@" 2>&1 | scrub >"$stage/$name"
	[ -s "$stage/$name" ] || rm -f "$stage/$name"
}

# attributes FOLDER..: its plain files, a line each, but for those that may hold a key.
attributes() {
	for folder; do
		for file in "$folder"/*; do
			[ -f "$file" ] || continue
			case ${file##*/} in
			*secret* | *key* | *psk* | *dhchap* | *tls* | uevent) continue ;;
			esac
			printf '%s: %s\n' "$file" "$(first_line "$file")"
		done
	done
}

modules_about() {
	for name in nvme-fc nvmet-fc nvme-core nvme-fabrics nvmet lpfc qla2xxx fnic nvme-fcloop; do
		underscored=$(echo "$name" | tr - _)
		echo "== $name"
		modinfo -k "$RELEASE" "$name" 2>&1 | grep -vE '^(parm|alias|sig|signature)|^	'
		! loaded "$underscored" || printf 'loaded, taint %s, users %s, version %s, build-id %s\n' \
			"$(first_line "$SYSFS/module/$underscored/taint")" "$(first_line "$SYSFS/module/$underscored/refcnt")" \
			"$(first_line "$SYSFS/module/$underscored/version")" \
			"$(od -An -v -tx1 -j16 "$SYSFS/module/$underscored/notes/.note.gnu.build-id" 2>/dev/null | tr -d ' \n')"
	done
}

system() {
	uname -a
	printf 'command line: %s\n' "$(cat "$PROC/cmdline")"
	printf 'tainted: %s\n' "$(cat "$PROC/sys/kernel/tainted" 2>/dev/null)"
	grep -h . "$ROOT/etc/os-release" 2>/dev/null | head -n 3
	nvme version 2>/dev/null
}

settings() {
	grep -hE '^[^#]*(nvme|lpfc|qla2xxx|fnic)' "$ROOT"/etc/modprobe.d/*.conf 2>/dev/null
}

command_report() {
	seconds=10 out=''
	while [ $# -gt 0 ]; do
		case $1 in
		-s) [ $# -gt 1 ] || die '-s wants seconds'; seconds=$2; shift ;;
		-*) die "unknown option $1 (nvmefc report [-s SECONDS] [FILE])" ;;
		*) out=$1 ;;
		esac
		shift
	done
	case $seconds in
	'' | *[!0-9]*) die "-s wants seconds, not '$seconds'" ;;
	esac
	label=nvmefc-report-$(date +%Y%m%d-%H%M%S)
	out=${out:-$label.tar.gz}
	work=$(mktemp -d) || die 'no folder for temporary files'
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM HUP
	stage=$work/$label
	mkdir "$stage" || die "no room in $work"
	put system system
	put modules modules_about
	put modprobe settings
	put status sh "$0" status
	put explain sh "$0" explain
	put ports sh "$0" ports
	put associations sh "$0" associations
	put metrics sh "$0" metrics
	for file in "$DEBUGFS"/nvme_fc/* "$DEBUGFS"/nvmet_fc/*; do
		[ ! -r "$file" ] || put "debugfs/$(basename "$(dirname "$file")")/${file##*/}" cat "$file"
	done
	# shellcheck disable=SC2046 # their paths have no blanks
	put sysfs/controllers attributes $(controller_folders) $(controller_folders | sed 's|$|/fc|')
	put sysfs/fc_host attributes "$SYSFS"/class/fc_host/host*
	put sysfs/target-ports attributes "$SYSFS"/kernel/config/nvmet/ports/*
	put sysfs/subsystems attributes "$SYSFS"/kernel/config/nvmet/subsystems/*
	put sysfs/lldd grep -s . "$SYSFS"/class/scsi_host/host*/nvme_info
	! command -v nvme >/dev/null || put list-subsys nvme list-subsys
	put kernel-log kernel_log
	if [ "$seconds" != 0 ] && [ -d "$TRACEFS/events/nvme_fc" ] && [ -w "$TRACEFS/instances" ]; then
		complain "tracing for $seconds s"
		put trace sh "$0" trace "$seconds"
	fi
	(umask 077 && tar -C "$work" -czf "$out" "$label") || die "cannot write $out"
	if [ "$json" = 1 ]; then
		printf '{"report": "%s"}\n' "$out"
	else
		printf '%s\n' "$out"
	fi
}
