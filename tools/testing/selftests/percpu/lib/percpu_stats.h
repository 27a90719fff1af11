/* SPDX-License-Identifier: GPL-2.0-only */
/* What the per-CPU allocator says of itself: debugfs's percpu_stats, and "Percpu:". */
#ifndef PERCPU_STATS_H
#define PERCPU_STATS_H

#define PERCPU_STATS	"/sys/kernel/debug/percpu_stats"

/**
 * struct percpu_usage - how much per-CPU memory is in use
 * @kb: the populated pages of all CPUs, "Percpu:" of /proc/meminfo; -1 if there is no such line
 * @areas: how many allocations are not freed yet; -1 without PERCPU_STATS
 */
struct percpu_usage {
	long kb;
	long areas;
};

int percpu_stats_mount(void);
long percpu_stats_reserved_free(void);
struct percpu_usage percpu_usage_read(void);

#endif
