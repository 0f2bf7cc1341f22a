# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The Debian archive: which mirror, whether it answers, how apt is set on this machine. Source it after lib.sh.

# debian_mirror ETC_APT: the mirror of the main archive that this machine uses, from deb822 and classic sources.
debian_mirror() {
	local etc=$1 file uri=''
	if [[ -n ${NVME_FC_RS_MIRROR:-} ]]; then
		printf '%s\n' "${NVME_FC_RS_MIRROR%/}"
		return
	fi
	for file in "$etc"/sources.list "$etc"/sources.list.d/*.list "$etc"/sources.list.d/*.sources; do
		[[ -f $file ]] || continue
		if [[ $file == *.sources ]]; then
			uri=$(awk -v RS= -v FS='\n' '
				{
					uris = ""; off = 0; binary = 0
					for (i = 1; i <= NF; i++) {
						if (tolower($i) ~ /^uris:/) { uris = $i; sub(/^[^:]*:/, "", uris) }
						if (tolower($i) ~ /^types:.*deb( |\t|$)/) binary = 1
						if (tolower($i) ~ /^enabled:[ \t]*(no|false|0)/) off = 1
					}
					if (off || !binary) next
					n = split(uris, u, " ")
					for (i = 1; i <= n; i++) if (u[i] ~ /\/debian\/?$/) { print u[i]; exit }
				}' "$file")
		else
			uri=$(awk '$1 == "deb" { sub(/\[[^]]*\]/, ""); if ($2 ~ /\/debian\/?$/) { print $2; exit } }' "$file")
		fi
		[[ -n $uri ]] && break
	done
	uri=${uri:-http://deb.debian.org/debian}
	printf '%s\n' "${uri%/}"
}

# apt_options: this machine's proxy, certificate and date settings, in the form of an apt configuration file.
apt_options() {
	apt-config dump | grep -E '^Acquire::([^ ]*(Proxy|CaInfo|Verify)|Check-(Valid-Until|Date)|Retries)[^ ]* "..*";$' || true
	echo 'Acquire::Retries "3";'
}

# apt_fetch URI FILE: a download with apt's own settings, quick to give up.
apt_fetch() {
	/usr/lib/apt/apt-helper -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
		-o APT::Sandbox::User=root download-file "$1" "$2" >/dev/null 2>"$2.error" ||
		{
			sed -n 's/^E: Failed to fetch [^ ]* *//p' "$2.error" | head -n 1 >&2
			return 1
		}
}

# need_archive: dies with one line unless the mirror answers.
need_archive() {
	local mirror scratch why
	mirror=$(debian_mirror /etc/apt)
	scratch=$(mktemp -d)
	if ! why=$(apt_fetch "$mirror/dists/trixie/Release" "$scratch/Release" 2>&1); then
		rm -rf "$scratch"
		die "no registry: $mirror does not answer (${why:-no reason given}); set apt's proxy, or NVME_FC_RS_MIRROR"
	fi
	rm -rf "$scratch"
}
