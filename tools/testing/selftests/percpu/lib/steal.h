/* SPDX-License-Identifier: GPL-2.0-only */
/* Load on all CPUs, so that a host with fewer has to steal from them, and what /proc/stat says. */
#ifndef STEAL_H
#define STEAL_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct cpu_times - columns of /proc/stat
 * @user: ticks in user mode
 * @steal: ticks that the host had something else to do
 */
struct cpu_times {
	long long user;
	long long steal;
};

int read_cpu_times(int cpu, struct cpu_times *times);
void load_start(void);
void load_stop(void);
bool steal_goes_on(int cpu, const struct cpu_times *before);

#endif
