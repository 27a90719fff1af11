// SPDX-License-Identifier: GPL-2.0-only
/*
 * As in Hypothesis (hypothesis.works): what is generated is a pure function of the list of
 * choices, so that a failure is made smaller by making the list smaller.
 */
#include <assert.h>

#include "choices.h"

/*
 * splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014, with the constants of Vigna's public domain splitmix64.c.
 */
static uint64_t random64(struct choices *choices)
{
	uint64_t z = choices->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static unsigned int random_below(struct choices *choices, unsigned int end)
{
	return (random64(choices) >> 32) * end >> 32;
}

/* Number @number of a seed does not depend on the numbers before it */
void choices_seed(struct choices *choices, uint64_t seed, unsigned int number)
{
	*choices = (struct choices){ .state = seed, .random = true };
	choices->state = random64(choices) + number;
	/* Else the next number's sequence would be this one, a step behind */
	choices->state = random64(choices);
}

/* To be called before the first choose() */
void choices_begin(struct choices *choices)
{
	choices->next = 0;
	choices->block = 0;
}

/* To be called after the last choose(); from now on the choices are replayed */
void choices_end(struct choices *choices)
{
	choices->nr = choices->next;
	choices->random = false;
}

void choices_next_block(struct choices *choices)
{
	choices->block++;
}

/**
 * choose() - choose a number
 * @choices: records it
 * @end: the first number that is too large
 * @low: the smallest that a random one is
 * @high: the first that is too large for a random one
 *
 * Return: the number; one that is replayed is the largest if it is too large now.
 */
unsigned int choose(struct choices *choices, unsigned int end, unsigned int low,
		    unsigned int high)
{
	unsigned int *value = &choices->values[choices->next];

	assert(choices->next < MAX_CHOICES);
	if (choices->random)
		*value = low + random_below(choices, high - low);
	else if (choices->next >= choices->nr)
		*value = 0;
	if (*value >= end)
		*value = end - 1;
	choices->blocks[choices->next++] = choices->block;
	return *value;
}

/**
 * choose_usually() - choose a number of which some are more likely
 * @choices: records it
 * @end: the first number that is too large
 * @usual: a random number is below this one ...
 * @percent: ... but in so many of 100 cases
 *
 * Return: the number, as choose() does.
 */
unsigned int choose_usually(struct choices *choices, unsigned int end, unsigned int usual,
			    unsigned int percent)
{
	if (choices->random && usual < end && random_below(choices, 100) < percent)
		return choose(choices, end, usual, end);
	return choose(choices, end, 0, usual);
}

/* Fewer choices, or smaller ones at the first that differs */
bool choices_simpler(const struct choices *a, const struct choices *b)
{
	unsigned int i = 0;

	if (a->nr != b->nr)
		return a->nr < b->nr;
	while (i < a->nr && a->values[i] == b->values[i])
		i++;
	return i < a->nr && a->values[i] < b->values[i];
}

struct choices choices_without(const struct choices *choices, unsigned int block)
{
	struct choices rest = { 0 };
	unsigned int i;

	for (i = 0; i < choices->nr; i++)
		if (choices->blocks[i] != block)
			rest.values[rest.nr++] = choices->values[i];
	return rest;
}
