# SPDX-License-Identifier: GPL-2.0
#
# bindgen over the kernel's own headers, at build time: struct nvme_ctrl and
# its like depend on the configuration and are never written down by hand.
# Types that the kernel crate has already are taken from there, so that both
# name the same type.

ifdef CONFIG_CC_IS_CLANG
nvmefc_bindgen_c_flags = $(c_flags)
else
# The flags that libclang does not know; the list is rust/Makefile's, which an
# external module cannot reach.
nvmefc_bindgen_skip_c_flags := -mno-fp-ret-in-387 -mpreferred-stack-boundary=% \
	-mskip-rax-setup -mgeneral-regs-only -msign-return-address=% \
	-mindirect-branch=% -mindirect-branch-register -mindirect-branch-cs-prefix \
	-mfunction-return=% -mrecord-mcount -mabi=lp64 -mstack-protector-guard% \
	-mtraceback=no -mno-pointers-to-nested-functions -mno-string \
	-mno-strict-align -mstrict-align -mdirect-extern-access \
	-mexplicit-relocs -mno-check-zero-division \
	-fconserve-stack -falign-jumps=% -falign-loops=% \
	-femit-struct-debug-baseonly -fno-ipa-cp-clone -fno-ipa-sra \
	-fno-partial-inlining -fplugin-arg-arm_ssp_per_task_plugin-% \
	-fno-reorder-blocks -fno-allow-store-data-races -fasan-shadow-offset=% \
	-fzero-call-used-regs=% -fno-stack-clash-protection \
	-fno-inline-functions-called-once -fsanitize=bounds-strict \
	-fstrict-flex-arrays=% -fmin-function-alignment=% \
	-fzero-init-padding-bits=% -mno-fdpic -fdiagnostics-show-context% \
	--param=% --param asan-% -fno-isolate-erroneous-paths-dereference \
	-ffixed-r2 -mmultiple -mno-readonly-in-sdata

nvmefc_bindgen_target_x86 := x86_64-linux-gnu
nvmefc_bindgen_c_flags = $(filter-out $(nvmefc_bindgen_skip_c_flags), $(c_flags)) \
	-w --target=$(nvmefc_bindgen_target_$(SRCARCH))
endif

quiet_cmd_nvmefc_bindgen = BINDGEN $(quiet_modtag) $@
      cmd_nvmefc_bindgen = \
	$(BINDGEN) $< --rust-target 1.85 \
		--use-core --with-derive-default --ctypes-prefix ffi --no-layout-tests \
		--no-debug '.*' --enable-function-attribute-detection \
		--no-recursive-allowlist \
		--allowlist-file '.*/nvme[^/]*\.h' --allowlist-file '.*/fabrics\.h' \
		--allowlist-file '(.*/)?lldd_abi/[^/]*\.h' \
		--allowlist-var '__tracepoint_nvmet?_fc_.*' \
		--allowlist-function 'rust_do_trace_nvmet?_fc_.*' \
		--allowlist-type nvme_fc_rs_text \
		--allowlist-type fc_ba_rjt --allowlist-type __kfifo \
		--allowlist-type fault_attr \
		--opaque-type opal_dev --allowlist-type opal_dev \
		--raw-line 'use kernel::bindings::*;' \
		$(shell grep -Ev '^\#|^$$' $(srctree)/rust/bindgen_parameters) \
		-o $@ -- $(nvmefc_bindgen_c_flags) -fno-builtin -D__BINDGEN__ -DMODULE

targets += lldd_abi/bindings_generated.rs
$(obj)/lldd_abi/bindings_generated.rs: $(src)/lldd_abi/bindings.h $(src)/lldd_abi/bindgen.mk FORCE
	$(call if_changed_dep,nvmefc_bindgen)
