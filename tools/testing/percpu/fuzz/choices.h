/* SPDX-License-Identifier: GPL-2.0-only */
/* The random choices of which a machine is made. */
#ifndef CHOICES_H
#define CHOICES_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_CHOICES	128

/**
 * struct choices - a list of numbers; whatever is made of them depends on nothing else
 * @state: of the random number generator
 * @random: make and record new numbers; else replay those that are here, then zeros
 * @nr: how many there are
 * @next: the one that choose() takes
 * @block: the block that it is in
 * @values: the numbers; a smaller one stands for something simpler
 * @blocks: the block of each: what can be left out together, 0 for none
 */
struct choices {
	uint64_t state;
	bool random;
	unsigned int nr;
	unsigned int next;
	unsigned int block;
	unsigned int values[MAX_CHOICES];
	unsigned int blocks[MAX_CHOICES];
};

void choices_seed(struct choices *choices, uint64_t seed, unsigned int number);
void choices_begin(struct choices *choices);
void choices_end(struct choices *choices);
void choices_next_block(struct choices *choices);
unsigned int choose(struct choices *choices, unsigned int end, unsigned int low,
		    unsigned int high);
unsigned int choose_usually(struct choices *choices, unsigned int end, unsigned int usual,
			    unsigned int percent);
bool choices_simpler(const struct choices *a, const struct choices *b);
struct choices choices_without(const struct choices *choices, unsigned int block);

#endif
