// SPDX-License-Identifier: GPL-2.0-only
/* That machines are the same everywhere, can be read back, can boot and are of every kind. */
#include "generate.h"
#include "model.h"
#include "test.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

static void assert_rows(const struct sample *sample, const char *machine, const char *cell)
{
	char *machine_line = sample_machine_line(sample);
	char *cell_line = sample_cell_line(sample);

	assert_string_equal(machine_line, machine);
	assert_string_equal(cell_line, cell);
	free(machine_line);
	free(cell_line);
}

/* If this changes, SEED= and FIRST= of an earlier report no longer repeat a failure */
static void test_known_machines(void **state)
{
	struct sample sample;

	generate_random(&sample, 1, 8);
	assert_rows(&sample, "seed1-8 4 1050404K/0 32M@51480356K/0 0/4 boot=1",
		    "numa seed1-8 sv48 - embed tests=facts+first_chunk+pinned");
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
	}
}

/* Seeds and numbers that are neighbours have nothing in common */
static void test_different(void **state)
{
	struct sample samples[4];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		generate_random(&samples[i], i / 2, i % 2);
		for (j = 0; j < i; j++)
			assert_true(choices_simpler(&samples[i].choices, &samples[j].choices) ||
				    choices_simpler(&samples[j].choices, &samples[i].choices));
	}
}

static void assert_same_machine(const struct machine *read, const struct machine *machine)
{
	unsigned int i;

	assert_string_equal(read->name, machine->name);
	assert_int_equal(read->harts, machine->harts);
	assert_int_equal(read->possible, machine->possible);
	assert_int_equal(read->boot, machine->boot);
	assert_memory_equal(read->ids, machine->ids, machine->harts * sizeof(machine->ids[0]));
	assert_int_equal(read->nr_nodes, machine->nr_nodes);
	for (i = 0; i < read->nr_nodes; i++) {
		assert_int_equal(read->nodes[i].size, machine->nodes[i].size);
		assert_int_equal(read->nodes[i].harts, machine->nodes[i].harts);
		if (machine->nodes[i].size)
			assert_int_equal(read->nodes[i].start, machine->nodes[i].start);
	}
}

static void assert_same_cell(const struct cell *read, const struct cell *cell)
{
	assert_string_equal(read->kernel, cell->kernel);
	assert_string_equal(read->paging, cell->paging);
	assert_string_equal(read->alloc, cell->alloc);
	assert_string_equal(read->chunk, cell->chunk);
	assert_string_equal(read->tests, cell->tests);
	assert_int_equal(read->nr_cpus, cell->nr_cpus);
	assert_int_equal(read->maxcpus, cell->maxcpus);
	assert_int_equal(read->numa_off, cell->numa_off);
	assert_int_equal(read->units_anywhere, cell->units_anywhere);
}

static void assert_read_back(const struct sample *sample)
{
	char *machine = sample_machine_line(sample);
	char *cell = sample_cell_line(sample);
	char *machines = make_file(machine, strlen(machine));
	char *cells = make_file(cell, strlen(cell));
	struct table table = { 0 };

	assert_true(table_read_machines(&table, machines));
	assert_true(table_read_cells(&table, cells, "6.1"));
	assert_same_machine(table.machines[0], &sample->machine);
	assert_same_cell(&table.cells[0], &sample->cell);
	table_free(&table);
	drop_file(machines);
	drop_file(cells);
	free(machine);
	free(cell);
}

/* A kernel that could not boot would show nothing */
static void assert_can_boot(const struct sample *sample)
{
	const struct machine *machine = &sample->machine;
	unsigned int i = 0;
	uint64_t end = strcmp(sample->cell.paging, "sv39") ? 402 * GIB : 122 * GIB;

	while (!machine->nodes[i].size)
		i++;
	assert_true(machine->nodes[i].size >= 128 * MIB);
	assert_true(machine_end(machine) < end);
	assert_true(machine->ids[machine->harts - 1] < 64);
	assert_true(cell_possible(&sample->cell) <= machine->harts ||
		    (sample->cell.maxcpus && sample->cell.maxcpus <= machine->harts));
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

static bool has_gap(const struct machine *machine, uint64_t from, uint64_t to)
{
	uint64_t end = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++) {
		const struct node *node = &machine->nodes[i];

		if (!node->size)
			continue;
		if (node->start - end >= from && node->start - end < to)
			return true;
		end = node->start + node->size;
	}
	return false;
}

static bool has_size(const struct machine *machine, uint64_t unit, uint64_t not_of)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (!(machine->nodes[i].size % unit) && machine->nodes[i].size % not_of)
			return true;
	return false;
}

static bool has_node_without(const struct machine *machine, bool memory)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (memory ? !machine->nodes[i].size : !machine->nodes[i].harts)
			return true;
	return false;
}

/* The kinds of machines that there must be */
enum {
	ONE_HART, MANY_HARTS, ONE_NODE, EIGHT_NODES, HOLES, BOOT, BOOT_NOT_FIRST, POSSIBLE,
	MANY_POSSIBLE, WITHOUT_MEMORY, FIRST_WITHOUT_MEMORY, WITHOUT_HARTS, NO_GAP, SMALL_GAP,
	GAP, LARGE_GAP, SIZE_4K, SIZE_64K, SIZE_2M, SV39, SV48, SV57, AUTO, EMBED, PAGE, FALLBACK,
	JUST_EMBED, NR_CPUS_SET, MAXCPUS_SET, NUMA_OFF, UNITS_ANYWHERE, BEYOND_SV39, NR_KINDS
};

static void count_machine(const struct machine *machine, unsigned int count[NR_KINDS])
{
	count[ONE_HART] += machine->harts == 1;
	count[MANY_HARTS] += machine->harts > 16;
	count[ONE_NODE] += machine->nr_nodes == 1;
	count[EIGHT_NODES] += machine->nr_nodes == 8;
	count[HOLES] += machine->ids[machine->harts - 1] >= machine->harts;
	count[BOOT] += machine->boot >= 0;
	count[BOOT_NOT_FIRST] += machine->boot > (int)machine->ids[0];
	count[POSSIBLE] += machine->possible > machine->harts;
	count[MANY_POSSIBLE] += machine->possible > 64;
	count[WITHOUT_MEMORY] += has_node_without(machine, true);
	count[FIRST_WITHOUT_MEMORY] += !machine->nodes[0].size;
	count[WITHOUT_HARTS] += has_node_without(machine, false);
	count[NO_GAP] += machine->nr_nodes > 1 && !has_gap(machine, 1, UINT64_MAX);
	count[SMALL_GAP] += has_gap(machine, 1, 64 * MIB);
	count[GAP] += has_gap(machine, GIB, 16 * GIB);
	count[LARGE_GAP] += has_gap(machine, 60 * GIB, 120 * GIB);
	count[SIZE_4K] += has_size(machine, 4096, 65536);
	count[SIZE_64K] += has_size(machine, 65536, 2 * MIB);
	count[SIZE_2M] += has_size(machine, 2 * MIB, 32 * MIB);
}

static void count_cell(const struct cell *cell, unsigned int count[NR_KINDS])
{
	struct model model = model_cell(cell);
	bool sv39 = !strcmp(cell->paging, "sv39"), page = !strcmp(cell->chunk, "page");

	count[SV39] += sv39;
	count[SV48] += !strcmp(cell->paging, "sv48");
	count[SV57] += !strcmp(cell->paging, "sv57");
	count[AUTO] += !*cell->alloc;
	count[EMBED] += !strcmp(cell->alloc, "embed");
	count[PAGE] += !strcmp(cell->alloc, "page");
	count[FALLBACK] += page && strcmp(cell->alloc, "page");
	count[JUST_EMBED] += sv39 && !page && model.max_distance > 47 * GIB;
	count[NR_CPUS_SET] += cell->nr_cpus && cell->nr_cpus < cell->machine->possible;
	count[MAXCPUS_SET] += cell->maxcpus && cell->maxcpus < cell->machine->harts;
	count[NUMA_OFF] += cell->numa_off;
	count[UNITS_ANYWHERE] += cell->units_anywhere;
	count[BEYOND_SV39] += model.max_distance > 124 * GIB;
}

static void test_every_kind(void **state)
{
	unsigned int count[NR_KINDS] = { 0 }, number, kind;
	struct sample sample;

	for (number = 0; number < 2000; number++) {
		generate_random(&sample, 1, number);
		count_machine(&sample.machine, count);
		count_cell(&sample.cell, count);
	}
	for (kind = 0; kind < NR_KINDS; kind++)
		if (count[kind] < 10)
			fail_msg("%u machines of kind %u among %u", count[kind], kind, number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_machines),
		cmocka_unit_test(test_choices_are_all),
		cmocka_unit_test(test_different),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
