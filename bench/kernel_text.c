// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_text.h"

const char *owners[OWNERS] = { "-", "interrupt" };
uint64_t entry_start, entry_end;
static struct symbol *symbols;
static size_t n_symbols;

void die(const char *why, const char *what)
{
	fprintf(stderr, "insn_count: %s %s\n", why, what);
	exit(1);
}

static uint8_t owner_named(const char *name)
{
	for (int i = 0; i < OWNERS; i++) {
		if (!owners[i])
			owners[i] = strdup(name);
		if (!strcmp(owners[i], name))
			return i;
	}
	die("too many modules:", name);
	return 0;
}

static uint8_t kind_of(const char *name)
{
	static const char *const others[] = { "handle_softirqs", "preempt_schedule", "preempt_schedule_thunk",
					      "preempt_schedule_notrace", "preempt_schedule_notrace_thunk",
					      "preempt_schedule_irq" };

	if (!strncmp(name, "asm_exc_", 8) || !strncmp(name, "asm_sysvec_", 11) ||
	    !strcmp(name, "asm_common_interrupt") || !strcmp(name, "asm_spurious_interrupt"))
		return INTERRUPT_ENTRY;
	if (!strcmp(name, "__switch_to_asm"))
		return TASK_SWITCH;
	if (!strcmp(name, "ret_from_fork_asm"))
		return NEW_TASK;
	if (!strcmp(name, "__alloc_frozen_pages_noprof"))
		return PAGE_ALLOCATION;
	if (!strncmp(name, "_raw_spin_lock", 14))
		return LOCK_TAKEN;
	if (!strncmp(name, "_raw_spin_unlock", 16))
		return LOCK_GIVEN_BACK;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(name, others[i]))
			return OTHER_WORK;
	return PLAIN;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *one = a, *two = b;

	return one->addr < two->addr ? -1 : one->addr > two->addr ? 1 : strcmp(one->name, two->name);
}

const struct symbol *symbol_of(uint64_t addr)
{
	size_t low = 0, high = n_symbols;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &symbols[low - 1] : NULL;
}

enum kind kind_at(uint64_t addr)
{
	const struct symbol *symbol = symbol_of(addr);

	for (; symbol && symbol >= symbols && symbol->addr == addr; symbol--)
		if (symbol->kind != PLAIN)
			return symbol->kind;
	return PLAIN;
}

void load_symbols(char *text, size_t kept)
{
	static size_t room;

	n_symbols = kept;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *end, *module;
		uint64_t addr = strtoull(line, &end, 16);

		if (!addr || strlen(end) < 4 || !strchr("tTwW", end[1]))
			continue;
		if (n_symbols == room) {
			room = room ? 2 * room : 1 << 18;
			symbols = realloc(symbols, room * sizeof(*symbols));
		}
		module = strchr(end + 3, '\t');
		if (module) {
			*module++ = '\0';
			module++;
			module[strcspn(module, "]")] = '\0';
		}
		symbols[n_symbols++] = (struct symbol){ addr, end + 3, module ? owner_named(module) : NOBODY,
							module ? PLAIN : kind_of(end + 3) };
		if (!strcmp(end + 3, "__entry_text_start"))
			entry_start = addr;
		if (!strcmp(end + 3, "__entry_text_end"))
			entry_end = addr;
	}
	/* Modules lie behind the kernel, so that what is kept need not be sorted again. */
	qsort(symbols + kept, n_symbols - kept, sizeof(*symbols), by_address);
	if (!entry_end)
		die("the symbols lack", "__entry_text_end");
	if (kept && n_symbols > kept && symbols[kept - 1].addr > symbols[kept].addr)
		die("a module lies before the kernel:", owners[symbols[kept].module]);
}

size_t kernel_symbols(void)
{
	size_t n = 0;

	while (n < n_symbols && symbols[n].module == NOBODY)
		n++;
	return n;
}
