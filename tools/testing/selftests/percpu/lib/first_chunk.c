// SPDX-License-Identifier: GPL-2.0-only
/* The first chunk of per-CPU memory: the boot message about it, and its vmalloc area. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "first_chunk.h"
#include "kernel_log.h"
#include "kselftest.h"
#include "percpu_test.h"

/*
 * Parses "percpu: Embedded 15 pages/cpu s21752 r8192 d31496 u61440" or "percpu: 15 4K
 * pages/cpu s21752 r8192 d31496", which goes on with ", 4 groups, 4 mappings of 2048K" where
 * units are grouped. Older kernels write "PERCPU:", and an address before the sizes. Returns
 * false if the message is about something else.
 */
static bool parse_first_chunk(const char *message, struct first_chunk *chunk)
{
	unsigned long page_kb, leaf_kb = 0;
	const char *sizes;

	memset(chunk, 0, sizeof(*chunk));
	if (strncmp(message, "percpu: ", 8) && strncmp(message, "PERCPU: ", 8))
		return false;
	message += 8;
	sizes = strstr(message, " pages/cpu ");
	sizes = sizes ? strstr(sizes, " s") : NULL;
	if (!sizes || sscanf(sizes, " s%lu r%lu d%lu", &chunk->static_size,
			     &chunk->reserved_size, &chunk->dyn_size) != 3)
		return false;

	chunk->is_page = sscanf(message, "%lu %luK pages/cpu", &chunk->pages, &page_kb) == 2;
	if (chunk->is_page) {
		chunk->unit_size = chunk->pages * page_kb * 1024;
		if (sscanf(sizes, " s%*u r%*u d%*u, %lu groups, %lu mappings of %luK",
			   &chunk->groups, &chunk->leaves, &leaf_kb) == 3)
			chunk->leaf_size = leaf_kb * 1024;
		return true;
	}
	return sscanf(message, "Embedded %lu pages/cpu", &chunk->pages) == 1 &&
	       sscanf(sizes, " s%*u r%*u d%*u u%lu", &chunk->unit_size) == 1;
}

/**
 * read_first_chunk - find the message about the first chunk in the kernel's log
 * @chunk: what it says
 *
 * Return: 0, -ENOMSG if there is no such message, -ENODATA if the log has lost its
 * first messages, or another negative errno.
 */
int read_first_chunk(struct first_chunk *chunk)
{
	unsigned long long first;
	struct kernel_log log;
	const char *message;
	int err;

	err = log_open_whole(&log);
	if (err)
		return err;
	message = log_next(&log);
	first = log.number;
	while (message && !parse_first_chunk(message, chunk))
		message = log_next(&log);
	log_close(&log);
	if (message)
		return 0;
	if (log.err && log.err != -EPIPE)
		return log.err;
	return first ? -ENODATA : -ENOMSG;
}

/**
 * need_first_chunk - find the message about the first chunk in the kernel's log
 * @chunk: what it says
 *
 * Ends the test as skipped if the log cannot be read or has lost its beginning, as
 * failed if it is whole and has no such message.
 */
void need_first_chunk(struct first_chunk *chunk)
{
	int err = read_first_chunk(chunk);

	if (err == -ENOMSG)
		ksft_exit_fail_msg("the kernel's log says nothing about the first chunk\n");
	if (err == -ENODATA)
		ksft_exit_skip("the kernel's log has lost its beginning (log_buf_len=)\n");
	if (err)
		ksft_exit_skip("/dev/kmsg: %s\n", strerror(-err));
}

/*
 * A group may start where a large mapping can, and the kernel names the caller and then
 * has a guard page; without groups, both depend on the version. Returns the size without it.
 */
static unsigned long usable_size(const char *rest, unsigned long size, unsigned long wanted,
				 const struct first_chunk *chunk)
{
	unsigned long page = sysconf(_SC_PAGESIZE);

	if (!chunk->groups)
		return size == wanted || size == wanted + page ? wanted : 0;
	size -= page;
	return strstr(rest, " pcpu_page_first_chunk+") && size >= wanted &&
	       size < wanted + chunk->groups * chunk->leaf_size ? size : 0;
}

/* What vmalloc() makes has pages, and later chunks name pcpu_get_vm_areas(). */
static void take_area(const char *line, unsigned long wanted, const struct first_chunk *chunk,
		      struct early_areas *areas)
{
	unsigned long start, size;
	int rest = 0;

	/* no number where kptr_restrict hides the address */
	start = strtoul(line, NULL, 16);
	if (sscanf(line, "%*s %lu%n", &size, &rest) != 1 || !strstr(line + rest, " vmalloc") ||
	    strstr(line + rest, " pages=") || strstr(line + rest, " pcpu_get_vm_areas+"))
		return;
	size = usable_size(line + rest, size, wanted, chunk);
	if (!size)
		return;
	if (!areas->matches++) {
		areas->start = start;
		areas->end = start + size;
	}
}

/**
 * read_early_areas - find the vmalloc areas that can be the first chunk's
 * @chunk: what the kernel says about it
 * @cpus: how many units it has
 * @areas: what there is
 *
 * Return: 0, -EOPNOTSUPP if callers have no names (KALLSYMS), or another negative errno.
 */
int read_early_areas(const struct first_chunk *chunk, int cpus, struct early_areas *areas)
{
	char line[1024];
	FILE *info;

	memset(areas, 0, sizeof(*areas));
	if (access("/proc/kallsyms", F_OK))
		return -EOPNOTSUPP;
	info = fopen("/proc/vmallocinfo", "r");
	if (!info)
		return -errno;
	while (fgets(line, sizeof(line), info))
		take_area(line, cpus * chunk->unit_size, chunk, areas);
	fclose(info);
	return 0;
}
