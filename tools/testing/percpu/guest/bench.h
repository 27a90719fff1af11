/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations whose cost is counted. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>

/* What the program does with this argument is to exit, as soon as it can */
#define BENCH_EXIT	"exit"

/*
 * Each is done by a process of its own on each hart. @prepare and @run return 0 or a negative
 * errno; what they leave open ends with the process.
 */
struct operation {
	const char *name;
	int (*prepare)(void);		/* NULL: nothing to do before */
	int (*run)(unsigned int times);
	unsigned int times;		/* on each hart */
};

extern const struct operation operations[];
extern const size_t nr_operations;

#endif
