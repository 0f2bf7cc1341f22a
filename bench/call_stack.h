/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who the kernel runs for. Each task has a stack of its own here, which holds only where one module called another:
 * for each such call the stack pointer at its entry, its slot, so that the return is the one that takes its word from
 * there, whatever was jumped to (tail calls) or pushed (retpolines) in between.
 */
#ifndef BENCH_CALL_STACK_H
#define BENCH_CALL_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Who the current task runs for. */
uint8_t owner_now(void);
/* OWNER is entered, with the stack pointer SLOT. */
void push(uint8_t owner, bool interrupt, uint64_t slot);
/* What was entered at SLOT or below it on this stack has returned. */
void pop_returned(uint64_t slot);
/* The innermost interrupt has returned, and all that it called. */
void return_from_interrupt(void);
/* Tasks by any number of their own that is not 0. */
void task_switch(uint64_t from, uint64_t to);
/* The current task is not in any call. */
void empty_stack(void);

#endif
