/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cell must come to, from its description alone. */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"

/**
 * struct model - what must be true of a cell
 * @chunk: the first chunk, embed or page; NULL if the description does not tell
 * @min_distance: bytes from the lowest unit to the end of the highest, at least
 * @max_distance: likewise, at most
 * @units_at_home: the units of each node that has memory are in that memory
 * @possible: number of possible CPUs
 * @online: number of CPUs online
 */
struct model {
	const char *chunk;
	uint64_t min_distance;
	uint64_t max_distance;
	bool units_at_home;
	unsigned int possible;
	unsigned int online;
};

struct model model_cell(const struct cell *cell);

#endif
