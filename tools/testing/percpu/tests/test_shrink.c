// SPDX-License-Identifier: GPL-2.0-only
/* That a failing machine becomes the simplest one that fails, with pretended failures. */
#include "shrink.h"
#include "test.h"

#define GIB	(1ULL << 30)
#define TESTS	" tests=facts+first_chunk+pinned"

struct pretended {
	bool (*fails)(const struct sample *sample);
	unsigned int tried;
};

static bool pretend(const struct sample *variant, void *arg)
{
	struct pretended *pretended = arg;

	assert_true(*variant->cell.chunk);
	assert_true(variant->cell.machine == &variant->machine);
	pretended->tried++;
	return pretended->fails(variant);
}

static bool has_gap(const struct machine *machine)
{
	uint64_t size = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		size += machine->nodes[i].size;
	return size < machine_end(machine);
}

static bool always(const struct sample *sample)
{
	return true;
}

static bool never(const struct sample *sample)
{
	return false;
}

static bool four_nodes_and_a_hole(const struct sample *sample)
{
	const struct machine *machine = &sample->machine;

	return machine->nr_nodes > 3 && machine->ids[machine->harts - 1] >= machine->harts;
}

static bool five_harts(const struct sample *sample)
{
	return sample->machine.harts >= 5;
}

static bool a_gap(const struct sample *sample)
{
	return has_gap(&sample->machine);
}

static bool falls_back(const struct sample *sample)
{
	return !strcmp(sample->cell.chunk, "page") && strcmp(sample->cell.alloc, "page");
}

static bool without_memory(const struct sample *sample)
{
	unsigned int i = 0;

	while (i < sample->machine.nr_nodes && sample->machine.nodes[i].size)
		i++;
	return i < sample->machine.nr_nodes;
}

static bool another_boots(const struct sample *sample)
{
	return sample->machine.boot > (int)sample->machine.ids[0];
}

static bool five_level_page(const struct sample *sample)
{
	return !strcmp(sample->cell.paging, "sv57") && !strcmp(sample->cell.alloc, "page");
}

static bool half_possible(const struct sample *sample)
{
	return sample->machine.possible >= 2 * sample->machine.harts;
}

static bool limited(const struct sample *sample)
{
	return sample->cell.nr_cpus == 2;
}

/* Each one that fails, of the first 300 */
static void each_shrinks(bool (*fails)(const struct sample *sample),
			 void (*check)(const struct sample *sample, const void *arg),
			 const void *arg)
{
	unsigned int number, failed = 0;
	struct pretended pretended;
	struct sample sample;

	for (number = 0; number < 300; number++) {
		generate_random(&sample, 5, number);
		if (!fails(&sample))
			continue;
		failed++;
		pretended = (struct pretended){ .fails = fails };
		shrink(&sample, pretend, &pretended);
		assert_true(fails(&sample));
		assert_in_range(pretended.tried, 0, 150);
		check(&sample, arg);
	}
	assert_in_range(failed, 1, number);
}

static void check_rows(const struct sample *sample, const void *arg)
{
	const char * const *rows = arg;
	char *machine = sample_machine_line(sample);
	char *cell = sample_cell_line(sample);

	assert_string_equal(strchr(machine, ' ') + 1, rows[0]);
	assert_string_equal(strstr(cell, " sv") + 1, rows[1]);
	free(machine);
	free(cell);
}

/* Whichever machine it begins with, the same one is left */
static void test_the_simplest(void **state)
{
	static const struct {
		bool (*fails)(const struct sample *sample);
		const char *rows[2];
	} cases[] = {
		{ always, { "1 128M", "sv39 - embed" TESTS } },
		{ four_nodes_and_a_hole, { "1 128M 32M 32M 32M ids=1",
					   "sv39 - embed units=any" TESTS } },
		{ five_harts, { "5 128M", "sv39 - embed" TESTS } },
		{ five_level_page, { "1 128M", "sv57 page page" TESTS } },
		{ limited, { "1 128M", "sv39 - embed nr_cpus=2" TESTS } },
		{ half_possible, { "1 128M possible=2", "sv39 - embed maxcpus=1" TESTS } },
		{ another_boots, { "2 128M boot=1", "sv39 - embed" TESTS } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		each_shrinks(cases[i].fails, check_rows, cases[i].rows);
}

/* Here it depends on where it begins: small in what matters is enough */
static void check_two_nodes(const struct sample *sample, const void *arg)
{
	assert_int_equal(sample->machine.nr_nodes, 2);
	assert_in_range(sample->machine.harts, 1, 2);
}

static void check_fallback(const struct sample *sample, const void *arg)
{
	const struct node *nodes = sample->machine.nodes;

	assert_string_equal(sample->cell.paging, "sv39");
	assert_string_equal(sample->cell.alloc, "");
	/* The nodes of such CPUs depend on the number of nodes and on the ids */
	if (sample->machine.possible > sample->machine.harts || without_memory(sample))
		return;
assert_in_range(sample->machine.harts, 2, 3);
	assert_in_range(sample->machine.nr_nodes, 2, 3);
	assert_true(machine_end(&sample->machine) - nodes[0].size < 50 * GIB);
}

static void test_simple_in_what_matters(void **state)
{
	each_shrinks(a_gap, check_two_nodes, NULL);
	each_shrinks(without_memory, check_two_nodes, NULL);
	each_shrinks(falls_back, check_fallback, NULL);
}

static void test_stays(void **state)
{
	struct pretended pretended = { .fails = never };
	struct sample sample, before;

	generate_random(&sample, 1, 0);
	before = sample;
	shrink(&sample, pretend, &pretended);
	assert_memory_equal(&sample.machine, &before.machine, sizeof(sample.machine));
	assert_in_range(pretended.tried, 10, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_simplest),
		cmocka_unit_test(test_simple_in_what_matters),
		cmocka_unit_test(test_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
