/* SPDX-License-Identifier: GPL-2.0 */
/* For how long each module holds a spinlock that it has taken itself, in executed instructions; the longest of each. */
#ifndef BENCH_LOCK_HOLDS_H
#define BENCH_LOCK_HOLDS_H

#include <stdint.h>
#include <stdio.h>

/*
 * Whoever returns to CALLER takes the lock at address LOCK at the time NOW. It is a module that takes it if CALLER is
 * in one, or in one of vmlinux's rust_helper_ functions, which OWNER has called then; others are not looked at.
 */
void lock_taken(uint64_t lock, uint64_t caller, uint8_t owner, uint64_t now);
void lock_given_back(uint64_t lock, uint64_t now);
/* From now on. */
void forget_holds(void);
/* A line "l MODULE FUNCTION INSTRUCTIONS" for each module that has held one. */
void print_holds(FILE *out);

#endif
