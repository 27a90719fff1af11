// SPDX-License-Identifier: GPL-2.0-only
/* What /proc says of the kernel's symbols and of physical memory. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proc_files.h"

/**
 * kallsyms_read - read the kernel's symbols, in the order of their addresses
 * @each: called with each of them
 *
 * Return: how many there are, or a negative errno.
 */
int kallsyms_read(symbol_fn each)
{
	unsigned long address;
	char line[1024], type;
	int start, count = 0;
	FILE *file;

	file = fopen("/proc/kallsyms", "r");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%lx %c %n", &address, &type, &start) != 2)
			continue;
		each(address, type, line + start);
		count++;
	}
	fclose(file);
	return count;
}

static int is_inside(const struct phys_range *inner, const struct phys_range *outer)
{
	return outer->start <= inner->start && inner->last <= outer->last;
}

/**
 * iomem_find - find a range of physical memory in /proc/iomem
 * @name: what it is called there, such as "System RAM"
 * @inside: must be inside of it; NULL for the first one of this name
 * @range: the range
 *
 * Return: 0, -ENOMSG if there is none, or another negative errno.
 */
int iomem_find(const char *name, const struct phys_range *inside, struct phys_range *range)
{
	char line[256], found[128];
	int err = -ENOMSG;
	FILE *iomem;

	iomem = fopen("/proc/iomem", "r");
	if (!iomem)
		return -errno;
	while (err && fgets(line, sizeof(line), iomem))
		if (sscanf(line, " %llx-%llx : %127[^\n]", &range->start, &range->last,
			   found) == 3 && !strcmp(found, name) &&
		    (!inside || is_inside(inside, range)))
			err = 0;
	fclose(iomem);
	return err;
}
