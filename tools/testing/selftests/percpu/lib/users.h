/* SPDX-License-Identifier: GPL-2.0-only */
/* Users of per-CPU memory, and whether it is freed after them. */
#ifndef USERS_H
#define USERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "percpu_stats.h"

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

/**
 * struct percpu_level - per-CPU memory that users take and free
 * @before: what was in use before
 * @goal_kb: "Percpu:" while they have it
 * @limit_kb: "Percpu:" when they are gone: half way back to @before
 */
struct percpu_level {
	struct percpu_usage before;
	long goal_kb;
	long limit_kb;
};

int users_start(struct users *users, long goal_kb);
int users_wait(const struct users *users);
void users_stop(const struct users *users);
void percpu_level_begin(struct percpu_level *level);
bool percpu_level_round(const struct percpu_level *level);
bool percpu_level_returns(const struct percpu_level *level);

#endif
