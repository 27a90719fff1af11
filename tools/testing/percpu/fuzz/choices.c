// SPDX-License-Identifier: GPL-2.0-only
/*
 * As in Hypothesis (hypothesis.works): what is generated is a pure function of the list of
 * choices, so a failure is made smaller by making the list smaller.
 */
#include <assert.h>

#include "fuzz.h"

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

/* As choose(); a random one is below @usual but in @percent of 100 cases */
unsigned int choose_usually(struct choices *choices, unsigned int end, unsigned int usual,
			    unsigned int percent)
{
	if (choices->random && usual < end && random_below(choices, 100) < percent)
		return choose(choices, end, usual, end);
	return choose(choices, end, 0, usual);
}
