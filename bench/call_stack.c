// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "call_stack.h"
#include "kernel_text.h"

#define FRAMES 64
#define TASKS 4096
/* Kernel stacks are of this size, and aligned to it. */
#define STACK_SHIFT 14

struct frame {
	uint64_t slot;
	uint8_t before;
	bool interrupt;
};

struct task {
	uint64_t key;
	int depth;
	uint8_t owner;
	struct frame frames[FRAMES];
};

static struct task tasks[TASKS], first;
static struct task *current = &first;

static bool same_stack(uint64_t a, uint64_t b)
{
	return a >> STACK_SHIFT == b >> STACK_SHIFT;
}

static void pop(void)
{
	current->owner = current->frames[--current->depth].before;
}

void pop_returned(uint64_t slot)
{
	while (current->depth) {
		struct frame *top = &current->frames[current->depth - 1];

		if (top->interrupt || top->slot > slot || !same_stack(top->slot, slot))
			break;
		pop();
	}
}

void push(uint8_t owner, bool interrupt, uint64_t slot)
{
	/* A tail call from one module into another ends the first one's call. */
	pop_returned(slot);
	if (current->depth == FRAMES)
		die("too many calls", "between modules");
	current->frames[current->depth++] = (struct frame){ slot, current->owner, interrupt };
	current->owner = owner;
}

void return_from_interrupt(void)
{
	bool interrupt = false;

	while (current->depth && !interrupt) {
		interrupt = current->frames[current->depth - 1].interrupt;
		pop();
	}
}

static struct task *task_of(uint64_t key)
{
	size_t i = (key >> 6) % TASKS;

	for (size_t tried = 0; tasks[i].key != key && tasks[i].key; i = (i + 1) % TASKS)
		if (++tried == TASKS)
			die("too many tasks", "");
	tasks[i].key = key;
	return &tasks[i];
}

void task_switch(uint64_t from, uint64_t to)
{
	if (current == &first) {
		/* Until now nobody knew which one ran. */
		current = task_of(from);
		first.key = current->key;
		*current = first;
	}
	current = task_of(to);
}

void empty_stack(void)
{
	current->depth = 0;
	current->owner = NOBODY;
}

uint8_t owner_now(void)
{
	return current->owner;
}
