// SPDX-License-Identifier: GPL-2.0-only
/* That draws are the same everywhere, can be read back and reach every kind of machine. */
#include "draw.h"
#include "model.h"
#include "test.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

/* The vector that goes round with splitmix64 */
static void test_known_numbers(void **state)
{
	static const uint64_t numbers[] = {
		6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
		4593380528125082431ULL, 16408922859458223821ULL,
	};
	struct rng rng = { .state = 1234567 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_true(rng_next(&rng) == numbers[i]);
}

static void test_range(void **state)
{
	unsigned int count[5] = { 0 }, i;
	struct rng rng = { .state = 1 };

	for (i = 0; i < 5000; i++)
		count[rng_below(&rng, ARRAY_SIZE(count))]++;
	for (i = 0; i < ARRAY_SIZE(count); i++)
		assert_in_range(count[i], 900, 1100);
	assert_int_equal(rng_below(&rng, 1), 0);
}

static void assert_lines(const struct drawn *drawn, const char *machine, const char *cell)
{
	char *machine_line = drawn_machine_line(drawn);
	char *cell_line = drawn_cell_line(drawn);

	assert_string_equal(machine_line, machine);
	assert_string_equal(cell_line, cell);
	free(machine_line);
	free(cell_line);
}

/* Change what is drawn, and somebody's SEED= and FIRST= no longer repeat a failure */
static void test_known_machines(void **state)
{
	struct drawn drawn;

	draw(&drawn, 1, 8);
	assert_lines(&drawn, "seed1-8 4 383708K/1 353124K/3 ids=0,1,5,6",
		     "numa seed1-8 sv48 - embed tests=facts+first_chunk+pinned");
	draw(&drawn, 1, 27);
	assert_lines(&drawn, "seed1-27 6 128M possible=121",
		     "numa seed1-27 sv48 - embed nr_cpus=18 maxcpus=3 tests=facts+first_chunk+pinned");
}

static void test_same_again(void **state)
{
	struct drawn drawn, again;
	unsigned int number;
	char *machine, *cell;

	for (number = 0; number < 100; number++) {
		draw(&drawn, 42, number);
		machine = drawn_machine_line(&drawn);
		cell = drawn_cell_line(&drawn);
		draw(&again, 42, number);
		assert_lines(&again, machine, cell);
		free(machine);
		free(cell);
	}
}

/* Seeds and numbers that are neighbours have nothing in common */
static void test_different(void **state)
{
	struct drawn drawn[4];
	char *lines[4];
	unsigned int i, j;

	for (i = 0; i < 4; i++) {
		draw(&drawn[i], i / 2, i % 2);
		strcpy(drawn[i].machine.name, "same");
		lines[i] = drawn_machine_line(&drawn[i]);
		for (j = 0; j < i; j++)
			assert_string_not_equal(lines[i], lines[j]);
	}
	for (i = 0; i < 4; i++)
		free(lines[i]);
}

static void assert_same_machine(const struct machine *read, const struct machine *drawn)
{
	unsigned int i;

	assert_string_equal(read->name, drawn->name);
	assert_int_equal(read->harts, drawn->harts);
	assert_int_equal(read->possible, drawn->possible);
	assert_int_equal(read->boot, drawn->boot);
	assert_memory_equal(read->ids, drawn->ids, drawn->harts * sizeof(drawn->ids[0]));
	assert_int_equal(read->nr_nodes, drawn->nr_nodes);
	for (i = 0; i < read->nr_nodes; i++) {
		assert_true(read->nodes[i].size == drawn->nodes[i].size);
		assert_true(!read->nodes[i].size ||
			    read->nodes[i].start == drawn->nodes[i].start);
		assert_int_equal(read->nodes[i].harts, drawn->nodes[i].harts);
	}
}

/* Who reads the table and who foretells the outcome count the CPUs alike */
static void assert_same_cell(const struct cell *read, const struct cell *drawn)
{
	struct model model = model_cell(drawn);

	assert_string_equal(read->kernel, drawn->kernel);
	assert_string_equal(read->paging, drawn->paging);
	assert_string_equal(read->alloc, drawn->alloc);
	assert_string_equal(read->chunk, drawn->chunk);
	assert_string_equal(read->chunk, model.chunk);
	assert_string_equal(read->tests, drawn->tests);
	assert_int_equal(read->nr_cpus, drawn->nr_cpus);
	assert_int_equal(read->maxcpus, drawn->maxcpus);
	assert_int_equal(read->numa_off, drawn->numa_off);
	assert_int_equal(read->units_anywhere, drawn->units_anywhere);
	assert_int_equal(cell_harts(read), model.online);
	assert_int_equal(cell_possible(read), model.possible);
}

static void assert_read_back(struct drawn *drawn)
{
	char *machine = drawn_machine_line(drawn);
	char *cell = drawn_cell_line(drawn);
	char *machines = make_file(machine, strlen(machine));
	char *cells = make_file(cell, strlen(cell));
	struct cell whole = drawn_cell(drawn);
	struct table table = { 0 };

	assert_true(table_read_machines(&table, machines));
	assert_true(table_read_cells(&table, cells, "6.1"));
	assert_same_machine(table.machines[0], &drawn->machine);
	assert_same_cell(&table.cells[0], &whole);
	table_free(&table);
	drop_file(machines);
	drop_file(cells);
	free(machine);
	free(cell);
}

static void test_tables_take_it(void **state)
{
	struct drawn drawn;
	unsigned int number;

	for (number = 0; number < 10000; number++) {
		draw(&drawn, 3, number);
		assert_read_back(&drawn);
	}
}

static bool has_memory(const struct machine *machine, uint64_t offset)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (offset >= machine->nodes[i].start &&
		    offset - machine->nodes[i].start < machine->nodes[i].size)
			return true;
	return false;
}

/* A kernel that could not boot there would tell nothing */
static void test_can_boot(void **state)
{
	const struct machine *machine;
	struct drawn drawn;
	uint64_t end, half;
	unsigned int number, i;

	for (number = 0; number < 2000; number++) {
		draw(&drawn, 4, number);
		machine = &drawn.machine;
		end = 0;
		for (i = 0; i < machine->nr_nodes; i++) {
			assert_true(machine->nodes[i].size || machine->nodes[i].harts);
			assert_true(!machine->nodes[i].size || machine->nodes[i].start >= end);
			if (machine->nodes[i].size)
				end = machine->nodes[i].start + machine->nodes[i].size;
		}
		for (i = 0; !machine->nodes[i].size; i++)
			;
		assert_int_equal(machine->nodes[i].start, 0);
		assert_true(machine->nodes[i].size >= 128 * MIB);
		half = end / 2 < 512 * MIB ? end / 2 : 512 * MIB;
		assert_true(has_memory(machine, half));
		assert_true(has_memory(machine, half + 32 * MIB));
		assert_true(end <= (strcmp(drawn.cell.paging, "sv39") ? 400 * GIB : 120 * GIB));
		assert_true(machine->ids[machine->harts - 1] < 64);
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

static bool has_size(const struct machine *machine, uint64_t unit, uint64_t rest_of)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].size && !(machine->nodes[i].size % unit) &&
		    machine->nodes[i].size % rest_of)
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

static void test_reaches_every_kind(void **state)
{
	unsigned int count[NR_KINDS] = { 0 }, number, kind;
	struct drawn drawn;
	struct cell cell;

	for (number = 0; number < 2000; number++) {
		draw(&drawn, 1, number);
		cell = drawn_cell(&drawn);
		count_machine(&drawn.machine, count);
		count_cell(&cell, count);
	}
	for (kind = 0; kind < NR_KINDS; kind++)
		if (!count[kind])
			fail_msg("no machine of kind %u among %u", kind, number);
}

int main(void)
{
	const struct CMUnitTest table[] = {
		cmocka_unit_test(test_known_numbers),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_known_machines),
		cmocka_unit_test(test_same_again),
		cmocka_unit_test(test_different),
		cmocka_unit_test(test_tables_take_it),
		cmocka_unit_test(test_can_boot),
		cmocka_unit_test(test_reaches_every_kind),
	};

	return cmocka_run_group_tests(table, NULL, NULL);
}
