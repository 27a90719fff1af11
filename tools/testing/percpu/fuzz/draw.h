/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws random machines and the cells that boot them. */
#ifndef DRAW_H
#define DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"

#define DRAW_KERNEL	"numa"

/**
 * struct rng - a sequence of random numbers
 * @state: where it is; any number starts one
 */
struct rng {
	uint64_t state;
};

/**
 * struct drawn - a machine and the one cell that boots it
 * @machine: the machine
 * @cell: the cell; its machine is told by drawn_cell(), and it has no name
 */
struct drawn {
	struct machine machine;
	struct cell cell;
};

uint64_t rng_next(struct rng *rng);
unsigned int rng_below(struct rng *rng, unsigned int end);
void draw(struct drawn *drawn, uint64_t seed, unsigned int number);
bool drawn_expect(struct drawn *drawn);
struct cell drawn_cell(const struct drawn *drawn);
char *drawn_machine_line(const struct drawn *drawn);
char *drawn_cell_line(const struct drawn *drawn);
void deal_evenly(struct machine *machine);

#endif
