/* SPDX-License-Identifier: GPL-2.0-only */
/* Software counters of perf on one CPU, and samples of its clock. */
#ifndef PERF_COUNTER_H
#define PERF_COUNTER_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct perf_samples - samples that a CPU takes
 * @cpu: the CPU
 * @fd: the counter
 * @ring: its ring buffer
 */
struct perf_samples {
	int cpu;
	int fd;
	struct perf_event_mmap_page *ring;
};

bool perf_supported(void);
int perf_counter_open(int cpu, uint64_t config, uint64_t period);
int perf_samples_begin(struct perf_samples *samples, int cpu);
int perf_samples_count(const struct perf_samples *samples);
void perf_samples_end(struct perf_samples *samples);

#endif
