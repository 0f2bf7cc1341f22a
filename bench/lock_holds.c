// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "kernel_text.h"
#include "lock_holds.h"

#define HELD 64

struct hold {
	uint64_t lock, since;
	const char *taker;
	uint8_t module;
};

/* Those held now, in the order in which they were taken. */
static struct hold held[HELD];
static size_t n_held;

static struct {
	uint64_t insns;
	const char *taker;
} longest[OWNERS];

void lock_taken(uint64_t lock, uint64_t caller, uint8_t owner, uint64_t now)
{
	const struct symbol *symbol = symbol_of(caller);
	uint8_t module = symbol ? symbol->module : NOBODY;

	if (symbol && module == NOBODY && !strncmp(symbol->name, "rust_helper_", 12))
		module = owner;
	if (module == NOBODY || module == INTERRUPT)
		return;
	/* One that nobody has been seen giving back would be in the way for ever. */
	if (n_held == HELD)
		memmove(held, held + 1, --n_held * sizeof(*held));
	held[n_held++] = (struct hold){ lock, now, symbol->name, module };
}

void lock_given_back(uint64_t lock, uint64_t now)
{
	for (size_t i = n_held; i--;) {
		struct hold hold = held[i];

		if (hold.lock != lock)
			continue;
		memmove(held + i, held + i + 1, (--n_held - i) * sizeof(*held));
		if (now - hold.since > longest[hold.module].insns) {
			longest[hold.module].insns = now - hold.since;
			longest[hold.module].taker = hold.taker;
		}
		return;
	}
}

void forget_holds(void)
{
	memset(longest, 0, sizeof(longest));
}

void print_holds(FILE *out)
{
	for (int i = 0; i < OWNERS; i++)
		if (longest[i].insns)
			fprintf(out, "l %s %s %lu\n", owners[i], longest[i].taker, longest[i].insns);
}
