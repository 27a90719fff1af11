// SPDX-License-Identifier: GPL-2.0-only
/* That machines are the same everywhere, can be read back, can boot and are of every kind. */
#include "fuzz.h"
#include "test.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

/* If this changes, SEED= and FIRST= of an earlier report no longer repeat a failure */
static void test_known_machine(void **state)
{
	struct sample sample;
	char *rows;

	generate_random(&sample, 1, 2);
	rows = cell_rows(&sample.cell);
	assert_string_equal(rows, "seed1-2 6 695040K/1 158M/0 0/2 224M/1 290768K@50679680K/2 "
			    "ids=1,2,3,4,5,12 boot=1 possible=15\n"
			    " numa seed1-2 sv57 embed "
			    "embed maxcpus=6 tests=facts+first_chunk+pinned\n");
	free(rows);
}

static void test_choices_are_all(void **state)
{
	struct sample sample, again;
	unsigned int number;

	for (number = 0; number < 100; number++) {
		generate_random(&sample, 42, number);
		again = sample;
		assert_true(generate(&again));
		assert_memory_equal(&again.machine, &sample.machine, sizeof(again.machine));
		assert_memory_equal(&again.choices, &sample.choices, sizeof(again.choices));
		generate_random(&again, 43, number);
		assert_memory_not_equal(again.choices.values, sample.choices.values,
					sizeof(sample.choices.values));
		generate_random(&again, 42, number + 1);
		assert_memory_not_equal(again.choices.values, sample.choices.values,
					sizeof(sample.choices.values));
	}
}

static void assert_read_back(struct sample *sample)
{
	struct table table = { 0 };
	char *rows, *read, *path;

	strcpy(sample->cell.base, "base");
	rows = cell_rows(&sample->cell);
	path = make_file(rows, strlen(rows));
	assert_true(table_read_cell(&table, path));
	read = cell_rows(&table.cells[0]);
	assert_string_equal(read, rows);
	free(read);
	table_free(&table);
	drop_file(path);
	free(rows);
}

/* A kernel that could not boot would show nothing */
static void assert_can_boot(const struct sample *sample)
{
	const struct machine *machine = &sample->machine;
	const struct cell *cell = &sample->cell;
	const struct node *first = machine->nodes;

	while (!first->size)
		first++;
	assert_in_range(first->size, 128 * MIB, 2 * GIB);
	assert_in_range(machine_end(machine), first->size,
			(strcmp(cell->paging, "sv39") ? 401 : 121) * GIB);
	assert_in_range(machine->ids[machine->harts - 1], machine->harts - 1, 63);
	assert_true(cell_possible(cell) <= machine->harts ||
		    (cell->maxcpus && cell->maxcpus <= machine->harts));
}

static void test_valid(void **state)
{
	struct sample sample;
	unsigned int number;

	for (number = 0; number < 10000; number++) {
		generate_random(&sample, 3, number);
		assert_read_back(&sample);
		assert_can_boot(&sample);
	}
}

/* How many there are of each kind */
static struct {
	const char *kind;
	unsigned int number;
} counts[64];

static unsigned int nr_counts;

/* Each sample counts in the same order */
static void count(const char *kind, bool is_one)
{
	counts[nr_counts].kind = kind;
	counts[nr_counts++].number += is_one;
}

#define COUNT(kind)	count(#kind, kind)

static void count_nodes(const struct machine *machine)
{
	bool no_memory = false, no_harts = false, odd_4k = false, odd_64k = false, odd_2m = false;
	bool near = false, far = false, very_far = false, gaps = false;
	uint64_t gap, end = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++) {
		const struct node *node = &machine->nodes[i];

		no_harts |= !node->harts;
		no_memory |= !node->size;
		if (!node->size)
			continue;
		gap = node->start - end;
		end = node->start + node->size;
		gaps |= gap;
		near |= gap && gap < 64 * MIB;
		far |= gap >= GIB && gap < 16 * GIB;
		very_far |= gap >= 60 * GIB;
		odd_4k |= node->size % (64 << 10);
		odd_64k |= !(node->size % (64 << 10)) && node->size % (2 * MIB);
		odd_2m |= !(node->size % (2 * MIB)) && node->size % (32 * MIB);
	}
	COUNT(no_memory);
	COUNT(no_harts);
	COUNT(odd_4k);
	COUNT(odd_64k);
	COUNT(odd_2m);
	COUNT(machine->nr_nodes > 1 && !gaps);
	COUNT(near);
	COUNT(far);
	COUNT(very_far);
	COUNT(!machine->nodes[0].size);
	COUNT(machine->nr_nodes == 1);
	COUNT(machine->nr_nodes == MAX_NODES);
}

static void count_cell(const struct machine *machine, const struct cell *cell)
{
	struct model model = model_cell(cell);
	bool sv39 = !strcmp(cell->paging, "sv39"), embed = !strcmp(cell->chunk, "embed");

	COUNT(machine->harts == 1);
	COUNT(machine->harts > 16);
	COUNT(machine->ids[machine->harts - 1] >= machine->harts);
	COUNT(machine->boot >= 0);
	COUNT(machine->boot > (int)machine->ids[0]);
	COUNT(machine->possible > machine->harts);
	COUNT(machine->possible > 64);
	COUNT(sv39);
	COUNT(!strcmp(cell->paging, "sv48"));
	COUNT(!strcmp(cell->paging, "sv57"));
	COUNT(!*cell->alloc);
	COUNT(!strcmp(cell->alloc, "embed"));
	COUNT(!strcmp(cell->alloc, "page"));
	COUNT(!embed && strcmp(cell->alloc, "page"));
	COUNT(sv39 && embed && model.max_distance > 47 * GIB);
	COUNT(cell->nr_cpus && cell->nr_cpus < machine->possible);
	COUNT(cell->maxcpus && cell->maxcpus < machine->harts);
	COUNT(cell->numa_off);
	COUNT(cell->units_anywhere);
	COUNT(model.max_distance > 124 * GIB);
}

static void test_every_kind(void **state)
{
	struct sample sample;
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		generate_random(&sample, 1, i);
		nr_counts = 0;
		count_nodes(&sample.machine);
		count_cell(&sample.machine, &sample.cell);
	}
	for (i = 0; i < nr_counts; i++)
		if (counts[i].number < 10)
			fail_msg("%u of 2000: %s", counts[i].number, counts[i].kind);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_machine),
		cmocka_unit_test(test_choices_are_all),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
