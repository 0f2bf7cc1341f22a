# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# A Debian root with the stock kernel, thrown away afterwards, for the scripts of this folder: source it first. It lies
# over the set-up step `packageroot`, which stays as it is. The packages are in its folder /p.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tools/lib.sh
source "$here/../../tools/lib.sh"
# shellcheck source=tools/steps.sh
source "$TOOLS/steps.sh"

need_root
need_ready packageroot kernel
V=$(kernel_version)
PACKAGES=${PACKAGES:-$CACHE/packages}
# A mount namespace of its own, so that whatever ends the script ends its mounts.
if [[ -z ${IN_NAMESPACE:-} ]]; then
	export IN_NAMESPACE=1
	exec unshare --mount --propagation private -- bash "$0" "$@"
fi
compgen -G "$PACKAGES/nvme-fc-rs-modules-*.deb" >/dev/null || die "no packages in $PACKAGES: run make deb"

bad=0
mkdir -p "$CACHE/run"
work=$(mktemp -d "$CACHE/run/packages.XXXXXX")
R=$work/root
# shellcheck disable=SC2317 # a trap calls it
leave() {
	umount -R "$R" 2>/dev/null
	rm -rf --one-file-system "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

mkdir "$work/upper" "$work/overlay" "$R"
mount -t overlay overlay -o "lowerdir=$CACHE/packageroot,upperdir=$work/upper,workdir=$work/overlay" "$R"
for dir in proc sys dev; do
	mount --rbind "/$dir" "$R/$dir"
done
mkdir -p "$R/p" "$R/etc/apt/apt.conf.d"
mount --bind "$PACKAGES" "$R/p"
# Nothing here comes from the network.
: >"$R/etc/apt/sources.list"
printf '%s\n' 'APT::Install-Recommends "false";' 'APT::Sandbox::User "root";' 'DPkg::Options "--force-unsafe-io";' \
	>"$R/etc/apt/apt.conf.d/99test"

# It is made again and again, and thrown away.
sed -i '/^#* *COMPRESSLEVEL=/d' "$R/etc/initramfs-tools/initramfs.conf"
echo 'COMPRESSLEVEL=1' >>"$R/etc/initramfs-tools/initramfs.conf"

# inside COMMAND..: in the root.
inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		chroot "$R" "$@" </dev/null
}

# quiet COMMAND..: its output goes to $work/out.
quiet() {
	"$@" >"$work/out" 2>&1
}

# check WHAT COMMAND..: one test.
check() {
	local what=$1
	shift
	: >"$work/out"
	if "$@"; then
		printf 'ok - %s\n' "$what"
	else
		printf 'not ok - %s\n' "$what"
		tail -n 15 "$work/out" | sed 's/^/# /'
		bad=1
	fi
}

# is WHAT GOT WANTED
is() {
	if [[ $2 == "$3" ]]; then
		printf 'ok - %s\n' "$1"
	else
		printf 'not ok - %s: %s, not %s\n' "$1" "$2" "$3"
		bad=1
	fi
}

# sums: a line for each file of the kernel's modules, but for those that depmod makes.
sums() {
	(cd "$R/usr/lib/modules/$V" && find . -type f ! -name 'modules.*' -print0 | sort -z | xargs -0 sha256sum)
}

# in_initramfs RELEASE: the transports in that kernel's initramfs, by their paths.
in_initramfs() {
	inside lsinitramfs "/boot/initrd.img-$1" | grep -E '/nvmet?-fc\.ko' | sed 's#.*/lib/modules/[^/]*/##' | sort | paste -sd ' '
}
of_initramfs() {
	in_initramfs "$V"
}

# paths_of RELEASE: which files modprobe would take for that kernel.
paths_of() {
	inside modinfo -k "$1" -n nvme-fc nvmet-fc | sed 's#.*/lib/modules/[^/]*/##' | paste -sd ' '
}
module_paths() {
	paths_of "$V"
}

OURS='updates/drivers/nvme/host/nvme-fc.ko updates/drivers/nvme/target/nvmet-fc.ko'
THEIRS='kernel/drivers/nvme/host/nvme-fc.ko.xz kernel/drivers/nvme/target/nvmet-fc.ko.xz'
