/* SPDX-License-Identifier: GPL-2.0-only */
/* Users of per-CPU memory that come and go, and what /proc/meminfo says about it. */
#ifndef USERS_H
#define USERS_H

#include <sys/types.h>

#include "percpu_test.h"

/**
 * struct users - a child process that holds per-CPU memory
 * @pid: the child
 * @report: the child writes what it did there: the number of users, or -errno
 * @release: the child exits when this end is closed
 */
struct users {
	pid_t pid;
	int report;
	int release;
};

int users_start(struct users *users, long goal_kb);
int users_wait(const struct users *users);
void users_stop(const struct users *users);
long read_percpu_kb(void);
long wait_for_percpu_kb(long goal_kb);
long percpu_slack_kb(const struct first_chunk *chunk, int cpus);

#endif
