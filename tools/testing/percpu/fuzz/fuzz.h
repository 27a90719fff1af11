/* SPDX-License-Identifier: GPL-2.0-only */
/* Random machines, what must be true of them, and the simplest one that fails. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "table.h"

#define FUZZ_KERNEL	"numa"
#define MAX_CHOICES	128

/**
 * struct choices - a list of numbers; what is generated depends on nothing else
 * @random: record new random numbers; else replay those that are here, then zeros
 * @state: of the random number generator
 * @nr: how many there are
 * @next: the one that choose() takes
 * @block: the block that it is in
 * @values: the numbers; a smaller one stands for something simpler
 * @blocks: the block of each; a block can be left out as a whole, but for block 0
 */
struct choices {
	bool random;
	uint64_t state;
	unsigned int nr;
	unsigned int next;
	unsigned int block;
	unsigned int values[MAX_CHOICES];
	unsigned int blocks[MAX_CHOICES];
};

/**
 * struct sample - a machine and the cell that boots it
 * @choices: what they are made of
 * @name: of the machine
 * @machine: the machine
 * @cell: the cell, with what must be true of it; points to @machine, has no name
 */
struct sample {
	struct choices choices;
	char name[NAME_SIZE];
	struct machine machine;
	struct cell cell;
};

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

unsigned int choose(struct choices *choices, unsigned int end, unsigned int low,
		    unsigned int high);
unsigned int choose_usually(struct choices *choices, unsigned int end, unsigned int usual,
			    unsigned int percent);
void choices_seed(struct choices *choices, uint64_t seed, unsigned int number);

bool generate(struct sample *sample);
void generate_random(struct sample *sample, uint64_t seed, unsigned int number);
struct model model_cell(const struct cell *cell);
void shrink(struct sample *sample, bool (*fails)(const struct sample *variant, void *arg),
	    void *arg);

#endif
