// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the list of choices smaller, the largest steps first, keeps what still fails, and
 * is done when no step does.
 */
#include <stdlib.h>
#include <string.h>

#include "shrink.h"
#include "util.h"

/* @tried: the rows of each variant that was asked about, the last that failed is @best's */
struct search {
	struct sample *best;
	char *rows;
	struct strv tried;
	bool (*fails)(const struct sample *variant, void *arg);
	void *arg;
};

static char *print_rows(const struct sample *sample)
{
	char *machine = sample_machine_line(sample);
	char *cell = sample_cell_line(sample);
	char *rows = xasprintf("%s\n%s\n", machine, cell);

	free(machine);
	free(cell);
	return rows;
}

static bool was_tried(const struct search *search, const char *rows)
{
	size_t i = 0;

	while (i < search->tried.n && strcmp(search->tried.v[i], rows))
		i++;
	return i < search->tried.n;
}

/* Choices that make the same machine are simpler for nothing */
static bool still_fails(struct search *search, const struct sample *variant)
{
	char *rows = print_rows(variant);
	bool fails = !strcmp(rows, search->rows);

	if (fails || was_tried(search, rows)) {
		free(rows);
		return fails;
	}
	strv_add(&search->tried, rows);
	fails = search->fails(variant, search->arg);
	if (fails)
		search->rows = rows;
	return fails;
}

static bool try_choices(struct search *search, const struct choices *choices)
{
	struct sample variant = *search->best;

	variant.choices = *choices;
	if (!generate(&variant) ||
	    !choices_simpler(&variant.choices, &search->best->choices) ||
	    !still_fails(search, &variant))
		return false;
	search->best->choices = variant.choices;
	return generate(search->best);
}

/* A shorter list may have a larger value: it may have to make up for what is missing */
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
		choices = choices_without(&search->best->choices, block);
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

/* By bisection, as if every larger value failed too */
static bool lower_value(struct search *search, unsigned int i)
{
	struct choices choices;
	unsigned int low = 0;	/* known not to do */
	bool simpler = false;

	while (i < search->best->choices.nr && low + 1 < search->best->choices.values[i]) {
		choices = search->best->choices;
		choices.values[i] = low + (choices.values[i] - low) / 2;
		if (try_choices(search, &choices))
			simpler = true;
		else
			low = choices.values[i];
	}
	return simpler;
}

static bool lower_values(struct search *search)
{
	bool simpler = false;
	unsigned int i;

	for (i = 0; i < search->best->choices.nr; i++)
		simpler |= lower_value(search, i);
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

	search.rows = print_rows(sample);
	strv_add(&search.tried, search.rows);
	while (delete_blocks(&search) | zero_ranges(&search) | lower_values(&search))
		;
	strv_free(&search.tried);
}
