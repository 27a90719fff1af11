/* SPDX-License-Identifier: GPL-2.0-only */
/* The tracer of events and its buffers, one for each CPU. */
#ifndef TRACER_H
#define TRACER_H

#include <stdbool.h>

#define TRACEFS	"/sys/kernel/tracing"

/**
 * struct tracer - an instance of the tracer, with buffers of its own
 * @dir: its directory
 */
struct tracer {
	char dir[64];
};

bool tracer_supported(void);
unsigned long long tracer_stat(const char *dir, int cpu, const char *name);
int tracer_begin(struct tracer *tracer);
int tracer_switch(const struct tracer *tracer, bool on);
unsigned long long tracer_recorded(const struct tracer *tracer, int cpu);
int tracer_idle_records(const struct tracer *tracer, int cpu);
int tracer_end(const struct tracer *tracer);

#endif
