/* SPDX-License-Identifier: GPL-2.0-only */
/* The tracer of events and of functions, and its buffers, one for each CPU. */
#ifndef TRACER_H
#define TRACER_H

#include <stdbool.h>

#define TRACEFS	"/sys/kernel/tracing"

/* As the kernel calls a tracer of functions, and one of nothing but events */
#define TRACE_FUNCTIONS	"function"
#define TRACE_EVENTS	"nop"

/**
 * struct tracer - an instance of the tracer, with buffers of its own
 * @dir: its directory
 */
struct tracer {
	char dir[64];
};

bool tracer_supported(void);
bool tracer_knows_functions(void);
unsigned long long tracer_stat(const char *dir, int cpu, const char *name);
int tracer_begin(struct tracer *tracer, const char *type);
int tracer_switch(const struct tracer *tracer, bool on);
unsigned long long tracer_recorded(const struct tracer *tracer, int cpu);
int tracer_idle_records(const struct tracer *tracer, int cpu);
int tracer_end(const struct tracer *tracer);

#endif
