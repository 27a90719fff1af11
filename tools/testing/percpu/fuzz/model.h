/* SPDX-License-Identifier: GPL-2.0-only */
/* What must be true of a cell, computed from its description alone. */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"

/**
 * struct model - what must be true of a cell
 * @chunk: the first chunk, embed or page; NULL if the description does not decide it
 * @min_distance: bytes from the lowest unit to the end of the highest, at least
 * @max_distance: likewise, at most
 * @units_at_home: the units of each node that has memory are in that memory
 */
struct model {
	const char *chunk;
	uint64_t min_distance;
	uint64_t max_distance;
	bool units_at_home;
};

struct model model_cell(const struct cell *cell);

#endif
