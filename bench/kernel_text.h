/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's functions: which module has them, and what their being called means. */
#ifndef BENCH_KERNEL_TEXT_H
#define BENCH_KERNEL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Modules, by number; NOBODY is vmlinux, and whoever it runs for when that is no module. */
#define OWNERS 64
#define NOBODY 0
#define INTERRUPT 1

/* What the begin of a function means, beside its being called. */
enum kind { PLAIN, INTERRUPT_ENTRY, OTHER_WORK, TASK_SWITCH, NEW_TASK, PAGE_ALLOCATION, LOCK_TAKEN, LOCK_GIVEN_BACK };

struct symbol {
	uint64_t addr;
	const char *name;
	uint8_t module;
	uint8_t kind;
};

extern const char *owners[OWNERS];
/* Where interrupts and system calls enter the kernel and leave it. */
extern uint64_t entry_start, entry_end;

void die(const char *why, const char *what);
/* Symbols beyond the first KEPT are those of TEXT from now on, which has the form of /proc/kallsyms and stays in use. */
void load_symbols(char *text, size_t kept);
/* How many symbols are the kernel's own. */
size_t kernel_symbols(void);
/* The function that holds an address, or NULL. */
const struct symbol *symbol_of(uint64_t addr);
/* What calling an address means. */
enum kind kind_at(uint64_t addr);

#endif
