// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the list of choices smaller, the largest steps first, keeps what still fails, and
 * is done when no step does.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "util.h"

/* @tried: the rows of all samples so far; @rows: of those the best sample's */
struct search {
	struct sample *best;
	const char *rows;
	struct strv tried;
	bool (*fails)(const struct sample *variant, void *arg);
	void *arg;
};

/* Does not boot the same machine again: it may be made of other choices */
static bool still_fails(struct search *search, const struct sample *variant)
{
	char *rows = cell_rows(&variant->cell);
	size_t i;

	for (i = 0; i < search->tried.n; i++) {
		if (strcmp(search->tried.v[i], rows))
			continue;
		free(rows);
		return search->tried.v[i] == search->rows;
	}
	strv_add(&search->tried, rows);
	if (!search->fails(variant, search->arg))
		return false;
	search->rows = rows;
	return true;
}

/* Fewer choices, or smaller ones at the first that differs */
static bool is_simpler(const struct choices *a, const struct choices *b)
{
	unsigned int i = 0;

	if (a->nr != b->nr)
		return a->nr < b->nr;
	while (i < a->nr && a->values[i] == b->values[i])
		i++;
	return i < a->nr && a->values[i] < b->values[i];
}

static bool try_choices(struct search *search, const struct choices *choices)
{
	struct sample variant = *search->best;

	variant.choices = *choices;
	if (!generate(&variant) || !is_simpler(&variant.choices, &search->best->choices) ||
	    !still_fails(search, &variant))
		return false;
	search->best->choices = variant.choices;
	return generate(search->best);
}

static struct choices without_block(const struct choices *choices, unsigned int block)
{
	struct choices rest = { 0 };
	unsigned int i;

	for (i = 0; i < choices->nr; i++)
		if (choices->blocks[i] != block)
			rest.values[rest.nr++] = choices->values[i];
	return rest;
}

/* What is left may have to make up for what is missing */
static void double_largest(struct choices *choices)
{
	unsigned int i, largest = 0;

	for (i = 1; i < choices->nr; i++)
		if (choices->values[i] > choices->values[largest])
			largest = i;
	choices->values[largest] *= 2;
}

static bool delete_blocks(struct search *search)
{
	unsigned int block = search->best->choices.blocks[search->best->choices.nr - 1];
	struct choices choices;
	bool simpler = false;

	for (; block; block--) {
		choices = without_block(&search->best->choices, block);
		if (!try_choices(search, &choices)) {
			double_largest(&choices);
			if (!try_choices(search, &choices))
				continue;
		}
		simpler = true;
	}
	return simpler;
}

/* All, both halves, and so on */
static bool zero_ranges(struct search *search)
{
	unsigned int length, start, i;
	struct choices choices;
	bool simpler = false;

	for (length = search->best->choices.nr; length; length /= 2) {
		for (start = 0; start < search->best->choices.nr; start += length) {
			choices = search->best->choices;
			for (i = start; i < start + length && i < choices.nr; i++)
				choices.values[i] = 0;
			simpler |= try_choices(search, &choices);
		}
	}
	return simpler;
}

/* Each by bisection, as if every larger value failed too and 0 did not */
static bool lower_values(struct search *search)
{
	const struct choices *best = &search->best->choices;
	struct choices choices;
	unsigned int i, low;
	bool simpler = false;

	for (i = 0; i < best->nr; i++) {
		low = 0;
		while (i < best->nr && low + 1 < best->values[i]) {
			choices = *best;
			choices.values[i] = low + (best->values[i] - low) / 2;
			if (try_choices(search, &choices))
				simpler = true;
			else
				low = choices.values[i];
		}
	}
	return simpler;
}

/**
 * shrink() - find the simplest machine that still fails
 * @sample: a machine that fails, and its cell; replaced by the simplest
 * @fails: does this one fail in the same way?
 * @arg: for @fails
 */
void shrink(struct sample *sample, bool (*fails)(const struct sample *variant, void *arg),
	    void *arg)
{
	struct search search = { .best = sample, .fails = fails, .arg = arg };

	search.rows = cell_rows(&sample->cell);
	strv_add(&search.tried, (char *)search.rows);
	while (delete_blocks(&search) | zero_ranges(&search) | lower_values(&search))
		;
	strv_free(&search.tried);
}
