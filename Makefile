# SPDX-License-Identifier: GPL-2.0
#
# The front end for people. Kbuild has the objects; nothing here is used when
# the project is sourced in a kernel tree.

KDIR ?= /lib/modules/$(shell uname -r)/build
KSRC ?= $(if $(wildcard $(KDIR)/source/Makefile),$(KDIR)/source,$(KDIR))
# Where the objects go; the kernel's own MO=. Empty: beside the sources.
MO ?=
JOBS ?= $(shell nproc)
INSTALL_MOD_PATH ?=
RUSTFMT ?= rustfmt

# Debian's kernels sign and compress what modules_install installs, with a key
# that nobody has and under a name that this project does not promise.
kernel_make = $(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(MO),MO=$(abspath $(MO))) \
	CONFIG_MODULE_SIG_ALL= CONFIG_MODULE_COMPRESS_ALL=
release = $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)
installed = $(INSTALL_MOD_PATH)/lib/modules/$(release)/updates
rust_files = $(shell git -C $(CURDIR) ls-files '*.rs')
# bench/ holds a QEMU plugin, which is no kernel code.
checkpatch = $(KSRC)/scripts/checkpatch.pl --no-tree --strict --terse --no-summary --show-types
c_files = $(shell git -C $(CURDIR) ls-files '*.c' '*.h' ':!bench')

all: modules

help:
	@echo  'For users, on a fresh Debian 12 or 13 machine, as root:'
	@echo  '  demo             - Set up what is missing, then run real NVMe/FC traffic in QEMU'
	@echo  '  test             - Set up what is missing, then run every test'
	@echo  '  check            - Of those, the ones that need no guest: formats, lints, builds, pure code'
	@echo  '  setup            - Only set up ($$NVME_FC_RS_CACHE, /var/cache/nvme-fc-rs)'
	@echo  ''
	@echo  'Packages for Debian (SIGN_KEY= and SIGN_CERT= sign the modules):'
	@echo  '  deb              - Source and binary packages, checked by lintian (DEB_DIR=, $$NVME_FC_RS_CACHE/packages)'
	@echo  '  repo             - An apt repository of them in REPO_DIR=, signed by the OpenPGP key in the file REPO_KEY='
	@echo  '  series           - Patches for the kernel source KSRC=, in SERIES_DIR= (series)'
	@echo  '  test-packages    - Install, boot, upgrade and purge them in roots of their own'
	@echo  ''
	@echo  'With the toolchain of a kernel at hand (KDIR=, default the running one; LLVM=1 as the kernel):'
	@echo  '  modules          - Build nvme-fc.ko, nvmet-fc.ko, nvme-fc-loopback.ko (default; MO= for another folder)'
	@echo  '  modules_install  - Install them into lib/modules/VERSION/updates/ (INSTALL_MOD_PATH=)'
	@echo  '  uninstall        - Take them away again: the C modules load from then on'
	@echo  '  clean            - Remove what was built'
	@echo  '  rust-analyzer    - Make rust-project.json for editors'
	@echo  ''
	@echo  'Checks, against KDIR as well:'
	@echo  '  rustfmtcheck clippy checkpatch'
	@echo  ''
	@echo  'Longer runs:'
	@echo  '  interop          - {Rust, C} host with {Rust, C} target'
	@echo  '                     (demo and interop: LLDD=loopback takes nvme-fc-loopback in the place of nvme-fcloop)'
	@echo  '  behaviour        - Every behaviour over fcloop, ok or not ok'
	@echo  '  kunit            - The KUnit suites on an instrumented kernel (SUITE= picks some; builds that kernel first)'
	@echo  '  docs             - The documentation as HTML, with pictures, in Documentation/output (sets up Sphinx first)'
	@echo  '  fuzz             - The parsers under libFuzzer (FUZZ_SECONDS=600 in all)'
	@echo  '  soak             - The long forms of all of them, which take hours; at the end 1,000,000'
	@echo  '                     mutated frames into both transports (SOAK_FRAMES=, SOAK_SEED=)'
	@echo  '  bench            - What an I/O costs in instructions, beside the C modules (QUICK=1 for a few minutes of it)'

check-kdir:
	@RUSTC='$(or $(RUSTC),rustc)' NVMEFC_KUNIT='$(NVMEFC_KUNIT)' tools/check-kdir '$(KDIR)'

$(if $(MO),$(MO)):
	@mkdir -p $@

modules: check-kdir | $(MO)
	$(kernel_make) modules

modules_install: check-kdir
	$(kernel_make) INSTALL_MOD_PATH=$(INSTALL_MOD_PATH) INSTALL_MOD_DIR=updates modules_install
	@# The kernel's own rule leaves this out where the tree has no System.map.
	@[ -e $(KDIR)/System.map ] || depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(release)

uninstall:
	@[ -n '$(release)' ] || { echo 'error: $(KDIR) names no kernel release: name the tree with KDIR='; exit 1; }
	$(RM) $(installed)/nvme-fc.ko* $(installed)/nvmet-fc.ko* $(installed)/nvme-fc-loopback.ko* \
		$(installed)/nvme-fc-kunit.ko*
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(release)

clean:
	$(kernel_make) clean
	$(RM) -r Documentation/output

rust-analyzer: check-kdir
	$(kernel_make) rust-analyzer

rustfmtcheck:
	$(RUSTFMT) --check --edition 2021 --config-path $(KSRC)/.rustfmt.toml $(rust_files)

clippy: check-kdir | $(MO)
	$(kernel_make) CLIPPY=1 KRUSTFLAGS=-Dwarnings modules

# What exports.c exports is defined in Rust, so it cannot follow its function.
checkpatch:
	@$(checkpatch) --ignore EXPORT_SYMBOL -f $(filter-out trace/%,$(c_files)) Kconfig
	@# Events are no functions, whatever their macros look like.
	@$(checkpatch) --ignore OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,MACRO_ARG_REUSE -f $(filter trace/%,$(c_files))

setup:
	tools/setup

demo interop behaviour:
	tools/setup
	tests/e2e/run-$@

bench:
	tools/setup
	bench/run

soak:
	tools/setup --all
	tools/setup tokenroot
	tests/run --soak

docs:
	tools/setup docs
	IN_ROOT=docs tools/in-root sphinx-build -q -W --keep-going -j $(JOBS) -b html \
		-d Documentation/output/doctrees Documentation Documentation/output/html
	@echo '$(CURDIR)/Documentation/output/html/index.html'

deb:
	tools/setup packageroot stock
	SIGN_KEY='$(SIGN_KEY)' SIGN_CERT='$(SIGN_CERT)' tools/deb/build $(DEB_DIR)

repo: deb
	tools/deb/repository '$(REPO_DIR)' '$(REPO_KEY)' $(DEB_DIR)

series:
	tools/series '$(KSRC)' $(SERIES_DIR)

test-packages:
	tools/setup packageroot tokenroot stock kernel image initrd fio
	tests/packages/run

fuzz:
	tools/setup root crates
	tests/fuzz

kunit:
	tools/setup instrumented
	tests/kunit/run $(SUITE)

check:
	tools/setup
	tests/run --check

test:
	tools/setup --all
	tests/run

.PHONY: all help check-kdir modules modules_install uninstall clean rust-analyzer \
	rustfmtcheck clippy checkpatch setup demo interop behaviour bench check deb docs repo series test-packages fuzz soak kunit test
