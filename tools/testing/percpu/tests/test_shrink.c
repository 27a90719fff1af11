// SPDX-License-Identifier: GPL-2.0-only
/* That a failing machine becomes the smallest one that fails, with failures that only pretend. */
#include "model.h"
#include "shrink.h"
#include "test.h"

#define GIB	(1ULL << 30)

/* A failure, and how often it was asked for */
struct pretended {
	bool (*fails)(const struct drawn *drawn);
	unsigned int tried;
};

/* Whoever asks gets a machine with what it must come to */
static bool pretend(const struct drawn *variant, void *arg)
{
	struct pretended *pretended = arg;
	struct cell cell = drawn_cell(variant);
	struct model model = model_cell(&cell);

	assert_non_null(model.chunk);
	assert_string_equal(variant->cell.chunk, model.chunk);
	pretended->tried++;
	assert_true(pretended->tried < 10000);
	return pretended->fails(variant);
}

static bool has_holes(const struct machine *machine)
{
	return machine->ids[machine->harts - 1] >= machine->harts;
}

static bool has_gap(const struct machine *machine)
{
	uint64_t end = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++) {
		if (machine->nodes[i].size && machine->nodes[i].start > end)
			return true;
		if (machine->nodes[i].size)
			end = machine->nodes[i].start + machine->nodes[i].size;
	}
	return false;
}

static bool has_node_without_memory(const struct machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (!machine->nodes[i].size)
			return true;
	return false;
}

static bool always(const struct drawn *drawn)
{
	return true;
}

static bool three_nodes_and_a_hole(const struct drawn *drawn)
{
	return drawn->machine.nr_nodes > 3 && has_holes(&drawn->machine);
}

static bool five_harts(const struct drawn *drawn)
{
	return drawn->machine.harts >= 5;
}

static bool a_gap(const struct drawn *drawn)
{
	return has_gap(&drawn->machine);
}

static bool falls_back(const struct drawn *drawn)
{
	return !strcmp(drawn->cell.chunk, "page") && strcmp(drawn->cell.alloc, "page");
}

static bool without_memory(const struct drawn *drawn)
{
	return has_node_without_memory(&drawn->machine);
}

static bool another_boots(const struct drawn *drawn)
{
	return drawn->machine.boot > (int)drawn->machine.ids[0];
}

static bool five_level_page(const struct drawn *drawn)
{
	return !strcmp(drawn->cell.paging, "sv57") && !strcmp(drawn->cell.alloc, "page");
}

static bool half_possible(const struct drawn *drawn)
{
	return drawn->machine.possible >= 2 * drawn->machine.harts;
}

static bool limited(const struct drawn *drawn)
{
	return drawn->cell.nr_cpus == 2;
}

/* Each machine that fails, of the first 300, comes to the same smallest one */
static void assert_shrinks(bool (*fails)(const struct drawn *drawn), const char *machine,
			   const char *cell)
{
	unsigned int number, failed = 0;
	struct pretended pretended;
	char *machine_line, *cell_line;
	struct drawn drawn;

	for (number = 0; number < 300; number++) {
		draw(&drawn, 5, number);
		if (!fails(&drawn))
			continue;
		failed++;
		pretended = (struct pretended){ .fails = fails };
		shrink(&drawn, pretend, &pretended);
		strcpy(drawn.machine.name, "m");
		machine_line = drawn_machine_line(&drawn);
		cell_line = drawn_cell_line(&drawn);
		if (strcmp(machine_line, machine) || strcmp(cell_line, cell))
			print_error("seed 5, number %u\n", number);
		assert_string_equal(machine_line, machine);
		assert_string_equal(cell_line, cell);
		free(machine_line);
		free(cell_line);
	}
	assert_true(failed > 0);
}

#define TESTS	" tests=facts+first_chunk+pinned"

static void test_to_the_smallest_of_all(void **state)
{
	assert_shrinks(always, "m 1 128M", "numa m sv39 - embed" TESTS);
}

static void test_nodes_and_holes(void **state)
{
	assert_shrinks(three_nodes_and_a_hole, "m 1 128M 32M 32M 32M ids=1",
		       "numa m sv39 - embed units=any" TESTS);
}

static void test_harts(void **state)
{
	assert_shrinks(five_harts, "m 5 128M", "numa m sv39 - embed" TESTS);
}

static void test_command_line(void **state)
{
	assert_shrinks(five_level_page, "m 1 128M", "numa m sv57 page page" TESTS);
	assert_shrinks(limited, "m 1 128M", "numa m sv39 - embed nr_cpus=2" TESTS);
}

static void test_possible(void **state)
{
	assert_shrinks(half_possible, "m 1 128M possible=2", "numa m sv39 - embed maxcpus=1" TESTS);
}

static void test_boot_hart(void **state)
{
	assert_shrinks(another_boots, "m 2 128M boot=1", "numa m sv39 - embed" TESTS);
}

/* How small depends on where it starts: enough that it is small in what counts */
static void each_smallest(bool (*fails)(const struct drawn *drawn),
			  void (*check)(const struct drawn *drawn))
{
	struct pretended pretended;
	unsigned int number, failed = 0;
	struct drawn drawn;

	for (number = 0; number < 300; number++) {
		draw(&drawn, 6, number);
		if (!fails(&drawn))
			continue;
		failed++;
		pretended = (struct pretended){ .fails = fails };
		shrink(&drawn, pretend, &pretended);
		assert_true(fails(&drawn));
		check(&drawn);
	}
	assert_true(failed > 0);
}

static void check_gap(const struct drawn *drawn)
{
	assert_int_equal(drawn->machine.nr_nodes, 2);
	assert_int_equal(drawn->machine.harts, 1);
}

static void check_fallback(const struct drawn *drawn)
{
	const struct node *nodes = drawn->machine.nodes;

	assert_string_equal(drawn->cell.paging, "sv39");
	assert_string_equal(drawn->cell.alloc, "");
	/* The nodes of such CPUs depend on the number of nodes and on the ids */
	if (drawn->machine.possible > drawn->machine.harts)
		return;
	assert_int_equal(drawn->machine.harts, 2);
	if (has_node_without_memory(&drawn->machine))
		return;
	assert_int_equal(drawn->machine.nr_nodes, 2);
	assert_true(nodes[1].start + nodes[1].size - nodes[0].size < 50 * GIB);
}

static void check_without_memory(const struct drawn *drawn)
{
	assert_int_equal(drawn->machine.nr_nodes, 2);
	assert_int_equal(drawn->machine.harts, 1);
	assert_false(has_gap(&drawn->machine));
}

static void test_gap(void **state)
{
	each_smallest(a_gap, check_gap);
}

static void test_fallback(void **state)
{
	each_smallest(falls_back, check_fallback);
}

static void test_node_without_memory(void **state)
{
	each_smallest(without_memory, check_without_memory);
}

/* What fails only as it is stays as it is */
static bool never(const struct drawn *drawn)
{
	return false;
}

static void test_stays(void **state)
{
	struct pretended pretended = { .fails = never };
	struct drawn drawn, before;

	draw(&drawn, 1, 0);
	before = drawn;
	shrink(&drawn, pretend, &pretended);
	assert_memory_equal(&drawn, &before, sizeof(drawn));
	assert_in_range(pretended.tried, 10, 200);
}

int main(void)
{
	const struct CMUnitTest table[] = {
		cmocka_unit_test(test_to_the_smallest_of_all),
		cmocka_unit_test(test_nodes_and_holes),
		cmocka_unit_test(test_harts),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_possible),
		cmocka_unit_test(test_boot_hart),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_fallback),
		cmocka_unit_test(test_node_without_memory),
		cmocka_unit_test(test_stays),
	};

	return cmocka_run_group_tests(table, NULL, NULL);
}
