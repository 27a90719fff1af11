/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes that work on one CPU. */
#ifndef PINNED_RUN_H
#define PINNED_RUN_H

#include <sys/types.h>

/**
 * struct pinned_run - a process that works on one CPU
 * @cpu: where it must run
 * @node: the node that getcpu() must name there, or -1 if any will do
 * @pid: the process
 * @report: it writes there why it failed
 * @why: why it failed, empty while it has not
 */
struct pinned_run {
	int cpu;
	int node;
	pid_t pid;
	int report;
	char why[96];
};

int pinned_start(struct pinned_run *run, int cpu, int node);
const char *pinned_join(struct pinned_run *run);
const char *pinned_work(struct pinned_run *run, int cpu, int node);

#endif
