// SPDX-License-Identifier: GPL-2.0-only
/* What the per-CPU allocator says of itself: debugfs's percpu_stats, and "Percpu:". */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "percpu_stats.h"
#include "percpu_test.h"

/**
 * percpu_stats_mount - make percpu_stats readable
 *
 * Return: 0, or a negative errno; -ENOENT without PERCPU_STATS.
 */
int percpu_stats_mount(void)
{
	return mount_for_test("debugfs", "/sys/kernel/debug", PERCPU_STATS);
}

/* Returns the first number that the file has in this format, or -1. */
static long find_number(const char *path, const char *format)
{
	char line[256];
	long number = -1;
	FILE *file;

	file = fopen(path, "r");
	if (!file)
		return -1;
	while (number < 0 && fgets(line, sizeof(line), file))
		sscanf(line, format, &number);
	fclose(file);
	return number;
}

/**
 * percpu_stats_reserved_free - read how much of the reserved chunk is free
 *
 * Return: bytes in each unit, or -1 if there is no reserved chunk.
 */
long percpu_stats_reserved_free(void)
{
	bool reserved = false;
	char line[256];
	long bytes = -1;
	FILE *stats;

	stats = fopen(PERCPU_STATS, "r");
	if (!stats)
		return -1;
	while (bytes < 0 && fgets(line, sizeof(line), stats)) {
		if (!strncmp(line, "Chunk", 5))
			reserved = !!strstr(line, "Reserved");
		if (reserved)
			sscanf(line, " free_bytes : %ld", &bytes);
	}
	fclose(stats);
	return bytes;
}

/**
 * percpu_usage_read - read how much per-CPU memory is in use
 *
 * Return: that.
 */
struct percpu_usage percpu_usage_read(void)
{
	return (struct percpu_usage) {
		.kb = find_number("/proc/meminfo", "Percpu: %ld kB"),
		.areas = find_number(PERCPU_STATS, " nr_cur_alloc : %ld"),
	};
}
