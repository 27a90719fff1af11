/* SPDX-License-Identifier: GPL-2.0-only */
/* The first chunk of per-CPU memory: the boot message about it, and its vmalloc area. */
#ifndef FIRST_CHUNK_H
#define FIRST_CHUNK_H

#include <stdbool.h>

/**
 * struct first_chunk - what the kernel said at boot about its first chunk
 * @is_page: page allocator, else embed
 * @pages: pages of each unit that are in use
 * @static_size: bytes of static per-CPU data
 * @reserved_size: bytes reserved for modules
 * @dyn_size: bytes left for dynamic allocations
 * @unit_size: bytes from one CPU's unit to the next, and of a unit in every later chunk
 * @groups: how many groups the units are in; 0 if that is not said
 * @leaves: large mappings that a page first chunk has
 * @leaf_size: bytes of each of them
 */
struct first_chunk {
	bool is_page;
	unsigned long pages;
	unsigned long static_size;
	unsigned long reserved_size;
	unsigned long dyn_size;
	unsigned long unit_size;
	unsigned long groups;
	unsigned long leaves;
	unsigned long leaf_size;
};

/**
 * struct early_areas - vmalloc areas that can be the first chunk's
 * @matches: how many there are
 * @start: where the first of them starts, if kptr_restrict lets that be seen
 * @end: and where its units end
 */
struct early_areas {
	int matches;
	unsigned long start;
	unsigned long end;
};

int read_first_chunk(struct first_chunk *chunk);
void need_first_chunk(struct first_chunk *chunk);
int read_early_areas(const struct first_chunk *chunk, int cpus, struct early_areas *areas);

#endif
