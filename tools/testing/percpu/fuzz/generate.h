/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes machines, and the cells that boot them, of choices. */
#ifndef GENERATE_H
#define GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "choices.h"
#include "table.h"

#define FUZZ_KERNEL	"numa"

/**
 * struct sample - a machine and the one cell that boots it
 * @choices: what they are made of
 * @machine: the machine
 * @cell: the cell, with what must be true of it; it has no name
 */
struct sample {
	struct choices choices;
	char name[NAME_SIZE];
	struct machine machine;
	struct cell cell;
};

void generate_random(struct sample *sample, uint64_t seed, unsigned int number);
bool generate(struct sample *sample);
char *sample_machine_line(const struct sample *sample);
char *sample_cell_line(const struct sample *sample);

#endif
