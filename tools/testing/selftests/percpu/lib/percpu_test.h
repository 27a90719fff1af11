/* SPDX-License-Identifier: GPL-2.0-only */
/* What the per-CPU memory tests share: small files, CPUs, the boot message, pinned processes. */
#ifndef PERCPU_TEST_H
#define PERCPU_TEST_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#define CPU_DIR		"/sys/devices/system/cpu"
#define NODE_DIR	"/sys/devices/system/node"
#define VALUE_SIZE	4096
#define PAGING_SIZE	16

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

/**
 * struct hotplug_tries - how often a CPU had to be told again
 * @busy: because the kernel answered EBUSY
 * @not_stopped: because its hart had not stopped
 */
struct hotplug_tries {
	unsigned int busy;
	unsigned int not_stopped;
};

void begin_test(void);
bool is_riscv64(void);
int mount_for_test(const char *type, const char *where, const char *file);
int read_value(const char *path, char *value, size_t size);
int write_value(const char *path, const char *value);
int parse_cpulist(const char *list, cpu_set_t *cpus);
int read_cpulist(const char *path, cpu_set_t *cpus);
void need_cpulist(const char *path, cpu_set_t *cpus);
int read_number(const char *path, int base, unsigned long long *number);
int read_crash_notes(int cpu, unsigned long long *start);
int next_cpu(int cpu, const cpu_set_t *cpus);
bool can_hotplug(int cpu);
int set_online(int cpu, bool online);
long elapsed_ms(const struct timespec *since);
int set_online_patiently(int cpu, bool online, struct hotplug_tries *tries);
bool is_online(int cpu);
int run_on_cpu(int cpu);
int read_cpu_nodes(int nodes[CPU_SETSIZE]);
int read_paging(char mode[PAGING_SIZE]);
int cmdline_value(const char *cmdline, const char *name, char *value, size_t size);
int parse_first_chunk(const char *message, struct first_chunk *chunk);
int read_first_chunk(struct first_chunk *chunk);
void need_first_chunk(struct first_chunk *chunk);
int pinned_start(struct pinned_run *run, int cpu, int node);
const char *pinned_join(struct pinned_run *run);

#endif
