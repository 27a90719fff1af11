// SPDX-License-Identifier: GPL-2.0-only
/* That the expected result is the one that was measured on real kernels, and open where it is. */
#include "model.h"
#include "test.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)
#define LIMIT	(48 * GIB)

static struct table table;

/* What is expected of one cell on one machine, both lines without a name */
static struct model expect(const char *machine, const char *cell)
{
	char *machine_line = xasprintf("m %s\n", machine);
	char *cell_line = xasprintf("numa m %s\n", cell);
	char *machines = make_file(machine_line, strlen(machine_line));
	char *cells = make_file(cell_line, strlen(cell_line));
	struct model model;

	assert_true(table_read_machines(&table, machines));
	assert_true(table_read_cells(&table, cells, "6.1"));
	model = model_cell(&table.cells[0]);
	table_free(&table);
	drop_file(machines);
	drop_file(cells);
	free(machine_line);
	free(cell_line);
	return model;
}

static void assert_chunk(const char *machine, const char *cell, const char *chunk)
{
	struct model model = expect(machine, cell);

	if (!model.chunk || strcmp(model.chunk, chunk))
		fail_msg("%s, %s: %s", machine, cell, model.chunk ? model.chunk : "open");
}

static void assert_open(const char *machine, const char *cell)
{
	assert_null(expect(machine, cell).chunk);
}

/* Measured, 6.1: max_distance=0x164000f000 too large for vmalloc space 0x1000000000 */
static void test_sparse(void **state)
{
	struct model model = expect("4 1G 1G@89G", "sv39 - page");

	assert_string_equal(model.chunk, "page");
	assert_true(model.min_distance <= 0x164000f000 && 0x164000f000 <= model.max_distance);
	assert_chunk("4 1G 1G@89G", "sv48 - embed", "embed");
	assert_chunk("4 1G 1G@89G", "sv57 - embed", "embed");
	assert_chunk("4 1G 1G@89G", "sv39 embed page", "page");
}

/* Measured, 6.1, the SG2042's shape: max_distance=0x17fe933000 too large */
static void test_sg2042(void **state)
{
	struct model model = expect("64 1G 1G@32G 1G@64G 1G@96G", "sv39 - page");

	assert_string_equal(model.chunk, "page");
	assert_true(model.min_distance <= 0x17fe933000 && 0x17fe933000 <= model.max_distance);
	assert_int_equal(model.online, 64);
}

static void test_asked_for(void **state)
{
	assert_chunk("4 1G", "sv39 page page", "page");
	assert_chunk("4 1G 1G@89G", "sv57 page page", "page");
	assert_chunk("4 512M 512M", "sv39 embed embed", "embed");
	assert_chunk("4 512M 512M", "sv39 - embed", "embed");
}

/* What limits is the distance of the ends, where the units are */
static void test_both_sides_of_the_limit(void **state)
{
	assert_chunk("4 1G 1G@48896M", "sv39 - embed", "embed");
	assert_chunk("4 1G 1G@49408M", "sv39 - embed", "page");
	assert_open("4 1G 1G@48G", "sv39 - embed");
	assert_chunk("4 1G 1G@48G", "sv48 - embed", "embed");
	assert_chunk("4 1G 512M@49408M", "sv39 - embed", "embed");
	assert_chunk("4 1G 512M@49920M", "sv39 - embed", "page");
}

static void test_bounds(void **state)
{
	struct model model = expect("4 1G 1G@48G", "sv39 - embed");

	assert_true(model.min_distance < LIMIT && model.max_distance > LIMIT);
	assert_true(model.max_distance - model.min_distance < 512 * MIB);
}

/* A node far away counts only if a CPU is on it */
static void test_node_without_harts(void **state)
{
	assert_chunk("4 1G/2 1G/2 1G@89G/0", "sv39 - embed", "embed");
	assert_chunk("4 1G/2 1G/1 1G@89G/1", "sv39 - embed", "page");
	assert_chunk("4 1G/0 1G@40G/2 1G@80G/2", "sv39 - embed", "embed");
}

/* Its units come from the top of all memory */
static void test_node_without_memory(void **state)
{
	assert_chunk("4 1G/2 0/2", "sv39 - embed", "embed");
	assert_chunk("4 1G/2 1G@89G/0 0/2", "sv39 - embed", "page");
	assert_chunk("4 0/2 1G/2", "sv39 - embed", "embed");
	assert_chunk("4 1G/0 1G@89G/2 0/2", "sv39 - embed", "embed");
	assert_true(expect("4 1G/2 0/2", "sv39 - embed").units_at_home);
}

/* No room at home: the units may be anywhere */
static void test_small_node(void **state)
{
	assert_open("8 1G/4 4M@2G/4 1G@89G/0", "sv39 - embed");
	assert_false(expect("8 1G/4 4M@2G/4 1G@89G/0", "sv39 - embed").units_at_home);
	assert_chunk("8 1G/4 4M@2G/4 1G@40G/0", "sv39 - embed", "embed");
	assert_chunk("8 1G/4 32M@2G/4 1G@89G/0", "sv39 - embed", "embed");
	assert_true(expect("8 1G/4 32M@2G/4 1G@89G/0", "sv39 - embed").units_at_home);
	assert_chunk("8 1G/4 4M@2G/4 1G@89G/0", "sv39 page page", "page");
}

/* One group, wherever it is */
static void test_numa_off(void **state)
{
	assert_chunk("4 1G 1G@89G", "sv39 - embed numa=off", "embed");
	assert_chunk("4 1G 1G@89G", "sv39 page embed numa=off", "page");
}

/* Who is not possible has no unit */
static void test_nr_cpus(void **state)
{
	assert_chunk("4 1G 1G@89G boot=0", "sv39 - embed nr_cpus=2", "embed");
	assert_chunk("4 1G 1G@89G boot=2", "sv39 - embed nr_cpus=2", "page");
	assert_chunk("4 1G 1G@89G boot=0", "sv39 - embed nr_cpus=3", "page");
	/* It depends on which hart wins */
	assert_open("4 1G 1G@89G", "sv39 - embed nr_cpus=2");
	assert_chunk("4 1G 1G@89G", "sv39 - embed nr_cpus=3", "page");
	assert_chunk("4 1G 1G@89G boot=5 ids=1,3,5,7", "sv39 - embed nr_cpus=1", "embed");
}

/* CPUs that are possible and not there have units, on the nodes in turn */
static void test_possible(void **state)
{
	assert_chunk("2 1G/2 1G@89G/0", "sv39 - embed maxcpus=2", "embed");
	assert_chunk("2 1G/2 1G@89G/0 possible=3", "sv39 - embed maxcpus=2", "embed");
	assert_chunk("2 1G/2 1G@89G/0 possible=4", "sv39 - embed maxcpus=2", "page");
	assert_chunk("2 1G/2 1G@89G/0 possible=3 ids=0,2", "sv39 - embed maxcpus=2", "page");
	assert_chunk("2 1G/2 1G@89G/0 possible=4", "sv39 - embed nr_cpus=2", "embed");
}

static void test_maxcpus(void **state)
{
	assert_chunk("4 1G 1G@89G boot=0", "sv39 - embed maxcpus=1", "page");
}

static void assert_cpus(const char *machine, const char *cell, unsigned int possible,
			unsigned int online)
{
	struct model model = expect(machine, cell);

	assert_int_equal(model.possible, possible);
	assert_int_equal(model.online, online);
}

static void test_cpus(void **state)
{
	assert_cpus("4 1G", "sv39 - embed", 4, 4);
	assert_cpus("4 1G", "sv39 - embed maxcpus=2", 4, 2);
	assert_cpus("4 1G", "sv39 - embed nr_cpus=3", 3, 3);
	assert_cpus("4 1G", "sv39 - embed nr_cpus=3 maxcpus=2", 3, 2);
	assert_cpus("4 1G", "sv39 - embed nr_cpus=9 maxcpus=9", 4, 4);
	assert_cpus("4 1G possible=64", "sv39 - embed maxcpus=4", 64, 4);
	assert_cpus("4 1G possible=64", "sv39 - embed nr_cpus=4", 4, 4);
	assert_cpus("4 1G possible=64", "sv39 - embed nr_cpus=9 maxcpus=4", 9, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_sg2042),
		cmocka_unit_test(test_asked_for),
		cmocka_unit_test(test_both_sides_of_the_limit),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_node_without_harts),
		cmocka_unit_test(test_node_without_memory),
		cmocka_unit_test(test_small_node),
		cmocka_unit_test(test_numa_off),
		cmocka_unit_test(test_nr_cpus),
		cmocka_unit_test(test_possible),
		cmocka_unit_test(test_maxcpus),
		cmocka_unit_test(test_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
