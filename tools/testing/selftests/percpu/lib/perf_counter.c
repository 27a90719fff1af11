// SPDX-License-Identifier: GPL-2.0-only
/* Software counters of perf on one CPU, and samples of its clock. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "perf_counter.h"

#define PERIOD_NS	100000
#define RING_PAGES	4	/* and one before them, for the header */

static size_t ring_size(void)
{
	return (RING_PAGES + 1) * sysconf(_SC_PAGESIZE);
}

/**
 * perf_supported - can the kernel count?
 *
 * Return: true if it has PERF_EVENTS, and with it this file.
 */
bool perf_supported(void)
{
	return !access("/proc/sys/kernel/perf_event_paranoid", F_OK);
}

/**
 * perf_counter_open - count what happens on a CPU, whoever runs there
 * @cpu: the CPU
 * @config: PERF_COUNT_SW_*
 * @period: after how many of them there is a sample, 0 for none
 *
 * Return: its descriptor, or a negative errno; -ENODEV for a CPU that is offline.
 */
int perf_counter_open(int cpu, uint64_t config, uint64_t period)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = config,
		.sample_period = period,
		.sample_type = PERF_SAMPLE_CPU,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/**
 * perf_samples_begin - sample the clock of a CPU
 * @samples: filled in; perf_samples_end() frees what it refers to
 * @cpu: the CPU
 *
 * Return: 0, or a negative errno; -ENODEV for a CPU that is offline.
 */
int perf_samples_begin(struct perf_samples *samples, int cpu)
{
	int fd = perf_counter_open(cpu, PERF_COUNT_SW_CPU_CLOCK, PERIOD_NS), err;
	void *ring;

	if (fd < 0)
		return fd;
	ring = mmap(NULL, ring_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED) {
		err = -errno;
		close(fd);
		return err;
	}
	*samples = (struct perf_samples){ .cpu = cpu, .fd = fd, .ring = ring };
	return 0;
}

/**
 * perf_samples_count - count the samples that were taken
 * @samples: the samples
 *
 * Return: how many there are, or -1 - <the other CPU that one of them names>.
 */
int perf_samples_count(const struct perf_samples *samples)
{
	const char *data = (const char *)samples->ring + sysconf(_SC_PAGESIZE);
	const struct {
		struct perf_event_header header;
		uint32_t cpu;
		uint32_t reserved;
	} *sample;
	uint64_t at = 0, head = __atomic_load_n(&samples->ring->data_head, __ATOMIC_ACQUIRE);
	int count = 0;

	/* not consumed, so the kernel drops what has no room, and nothing wraps */
	for (; at < head; at += sample->header.size) {
		sample = (const void *)(data + at);
		if (sample->header.type != PERF_RECORD_SAMPLE)
			continue;
		if ((int)sample->cpu != samples->cpu)
			return -1 - (int)sample->cpu;
		count++;
	}
	return count;
}

/**
 * perf_samples_end - take no more samples
 * @samples: the samples
 */
void perf_samples_end(struct perf_samples *samples)
{
	munmap(samples->ring, ring_size());
	close(samples->fd);
}
