/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine's whole software, to count by hand: what insn_count.c says of it is compared with the lines
 *
 *   expect SCENARIO MODULE OWN CALLED ATOMICS PAGES
 *   held SCENARIO MODULE INSTRUCTIONS
 *
 * by bench/selftest. OWN are the module's instructions, CALLED those that vmlinux executed for it, ATOMICS and
 * PAGES those of both, and how long it held a lock at most; of ten calls of a__SCENARIO. Functions named a__, b__ and c__ are those of three modules, all
 * others are vmlinux. Two tasks have a stack each.
 */
	.macro mark text
	mov $1f, %edi
	mov $2f - 1f, %esi
	.byte 0x0f, 0x1f, 0x80, 'N', 'V', 'M', 'e'
	.pushsection .rodata
1:	.ascii "\text"
2:	.popsection
	.endm

	.macro scenario name
	mark "begin \name"
	mov $10, %ebx
3:	call a__\name
	dec %ebx
	jnz 3b
	mark "end"
	.endm

	.text
	.code32
	.align 4
	.long 0x1badb002, 0, -0x1badb002
	.globl _start
_start:
	mov $page_map, %eax
	mov %eax, %cr3
	mov %cr4, %eax
	or $0x20, %eax
	mov %eax, %cr4
	mov $0xc0000080, %ecx
	rdmsr
	or $0x100, %eax
	wrmsr
	mov %cr0, %eax
	or $0x80000001, %eax
	mov %eax, %cr0
	lgdt segments_pointer
	ljmp $8, $long_mode
	.code64
long_mode:
	mov $0x10, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $stack_one_top, %esp
	mov $asm_sysvec_test, %eax
	mov %ax, interrupts + 0x200
	movw $8, interrupts + 0x202
	movw $0x8e00, interrupts + 0x204
	shr $16, %eax
	mov %ax, interrupts + 0x206
	lidt interrupts_pointer
	scenario plain
	scenario tail
	scenario back
	scenario through
	scenario across
	scenario thunk
	scenario interrupted
	scenario softirq
	scenario sleeps
	scenario preempted
	scenario string
	scenario pages
	scenario lock
	scenario helped
	out %al, $0xf4
	hlt

leaf:
	nop
	nop
	ret
calls_back:
	nop
	call *%rdi
	ret
jump_rax:
	call 1f
	ud2
1:	mov %rax, (%rsp)
	ret
handle_softirqs:
	nop
	call c__handler
	nop
	ret
__alloc_frozen_pages_noprof:
	nop
	ret
_raw_spin_lock:
	nop
	ret
_raw_spin_unlock:
	nop
	ret
rust_helper_spin_lock:
	call _raw_spin_lock
	ret
rust_helper_spin_unlock:
	jmp _raw_spin_unlock
locks_itself:
	mov $preempt, %edi
	call _raw_spin_lock
	.rept 10
	nop
	.endr
	call _raw_spin_unlock
	ret
/* From task %rdi to task %rsi; these count for the second. */
__switch_to_asm:
	mov %rsp, (%rdi)
	mov (%rsi), %rsp
	ret
sleep_one:
	mov $task_one, %edi
	mov $task_two, %esi
	call __switch_to_asm
	ret
sleep_two:
	mov $task_two, %edi
	mov $task_one, %esi
	call __switch_to_asm
	ret
handler:
	nop
	call c__handler
	cmpl $0, preempt
	je 1f
	call sleep_one
1:	ret
__entry_text_start:
asm_sysvec_test:
	push %rdi
	push %rsi
	call handler
	pop %rsi
	pop %rdi
	iretq
__entry_text_end:
	nop

/* expect plain a 50 30 20 0 */
a__plain:
	lock incl number
	xchg %eax, number
	call leaf
	nop
	ret
/* expect tail a 20 30 0 0 */
a__tail:
	nop
	jmp leaf
/* A call back into the same module: expect back a 60 30 0 0 */
a__back:
	mov $a__leaf, %edi
	call calls_back
	nop
	ret
a__leaf:
	nop
	ret
/* Another module, by way of vmlinux, and back: expect through a 40 30 0 0, expect through b 20 0 0 0 */
a__through:
	mov $b__leaf, %edi
	call calls_back
	nop
	ret
/* A tail call into another module, which calls vmlinux: expect across a 20 0 0 0, expect across b 30 30 0 0 */
a__across:
	nop
	jmp b__calls
/* A return that is a jump, as in retpolines: expect thunk a 40 60 0 0 */
a__thunk:
	mov $leaf, %eax
	call jump_rax
	nop
	ret
/* Nothing of the handler is its own: expect interrupted a 40 0 0 0, expect interrupted c 20 0 0 0 */
a__interrupted:
	nop
	int $0x20
	nop
	ret
/* expect softirq a 30 0 0 0, expect softirq c 20 0 0 0 */
a__softirq:
	nop
	call handle_softirqs
	ret
/*
 * Its call of sleep_one, and the switch back: expect sleeps a 40 70 0 0
 * What the other task does meanwhile; the first time it begins, nine times it returns: expect sleeps b 29 66 0 0
 */
a__sleeps:
	nop
	call sleep_one
	nop
	ret
/*
 * The handler switches, and back: that is the interrupt's. expect preempted a 60 0 0 0, expect preempted c 20 0 0 0
 * Ten times the other task returns: expect preempted b 30 70 0 0
 */
a__preempted:
	nop
	movl $1, preempt
	int $0x20
	movl $0, preempt
	nop
	ret
/* Each string instruction once: expect string a 50 0 0 0 */
a__string:
	mov $strings, %edi
	mov $100, %ecx
	rep stosb
	nop
	ret
/* expect pages a 30 20 0 80 */
a__pages:
	mov $3, %esi
	call __alloc_frozen_pages_noprof
	ret
/* From the lock's entry to that of its end, and nothing that vmlinux locks: expect lock a 70 250 0 0, held lock a 8 */
a__lock:
	mov $number, %edi
	call _raw_spin_lock
	nop
	call leaf
	call _raw_spin_unlock
	call locks_itself
	ret
/* By vmlinux's helpers for Rust: expect helped a 40 70 0 0, held helped a 5 */
a__helped:
	mov $number, %edi
	call rust_helper_spin_lock
	call rust_helper_spin_unlock
	ret

b__leaf:
	nop
	ret
b__calls:
	call leaf
	nop
	ret
b__task:
	nop
	call sleep_two
	jmp b__task
c__handler:
	nop
	ret
text_end:
	nop

	.data
	.align 4096
page_map:
	.quad page_map_1 + 3
	.align 4096
page_map_1:
	.quad page_map_2 + 3
	.align 4096
page_map_2:
	.quad 0x83, 0x200083
	.align 4096
segments:
	.quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
segments_pointer:
	.word . - segments - 1
	.quad segments
interrupts_pointer:
	.word 0x3ff
	.quad interrupts
task_one:
	.quad 0
task_two:
	.quad stack_two_top
number:
	.long 0
preempt:
	.long 0
	.align 16384
	.fill 16384 - 16
stack_two_top:
	.quad b__task
	.quad 0
	.fill 16384 - 16
stack_one_top:
	.fill 16
	.align 16
interrupts:
	.fill 0x400
strings:
	.fill 128
	.section .note.GNU-stack, "", @progbits
