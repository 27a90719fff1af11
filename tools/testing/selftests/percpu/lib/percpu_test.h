/* SPDX-License-Identifier: GPL-2.0-only */
/* What the per-CPU memory tests share: small files, the command line, CPUs. */
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
int set_online_patiently(int cpu, bool online, unsigned int *busy);
bool is_online(int cpu);
bool all_online(const cpu_set_t *before);
int run_on_cpu(int cpu);
int read_cpu_nodes(int nodes[CPU_SETSIZE]);
void need_cpu_nodes(int nodes[CPU_SETSIZE]);
int read_paging(char mode[PAGING_SIZE]);
int cmdline_value(const char *cmdline, const char *name, char *value, size_t size);
long cmdline_number(const char *name, long otherwise);

#endif
