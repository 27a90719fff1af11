/* SPDX-License-Identifier: GPL-2.0-only */
/* What the per-CPU memory tests share: small files, CPU lists, the boot message, pinned threads. */
#ifndef PERCPU_TEST_H
#define PERCPU_TEST_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#define CPU_DIR		"/sys/devices/system/cpu"
#define NODE_DIR	"/sys/devices/system/node"
#define VALUE_SIZE	4096

/**
 * struct first_chunk - what the kernel said at boot about its first chunk
 * @is_page: page allocator, else embed
 * @pages: pages of each unit that are in use
 * @static_size: bytes of static per-CPU data
 * @reserved_size: bytes reserved for modules
 * @dyn_size: bytes left for dynamic allocations
 * @unit_size: bytes from one CPU's unit to the next, and of a unit in every later chunk
 */
struct first_chunk {
	bool is_page;
	unsigned long pages;
	unsigned long static_size;
	unsigned long reserved_size;
	unsigned long dyn_size;
	unsigned long unit_size;
};

/**
 * struct pinned_run - a thread that works on one CPU
 * @cpu: where it must run
 * @node: the node that getcpu() must name there, or -1 if any will do
 * @thread: the thread
 * @why: why it failed, empty while it has not
 */
struct pinned_run {
	int cpu;
	int node;
	pthread_t thread;
	char why[96];
};

int read_value(const char *path, char *value, size_t size);
int parse_cpulist(const char *list, cpu_set_t *cpus);
int read_cpulist(const char *path, cpu_set_t *cpus);
int next_cpu(int cpu, const cpu_set_t *cpus);
int read_cpu_nodes(int nodes[CPU_SETSIZE]);
int cmdline_value(const char *cmdline, const char *name, char *value, size_t size);
int parse_first_chunk(const char *message, struct first_chunk *chunk);
int read_first_chunk(struct first_chunk *chunk);
int pinned_start(struct pinned_run *run, int cpu, int node);
const char *pinned_join(struct pinned_run *run);

#endif
