// SPDX-License-Identifier: GPL-2.0-only
/* That the model's result is the one measured on real kernels, and open where it must be. */
#include "fuzz.h"
#include "test.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)
#define LIMIT	(48 * GIB)

/* A cell on a machine, each a row in parts */
static struct model model_rows(const char *machine, const char *cell, const char *options)
{
	char *rows = xasprintf("m %s\nbase numa m %s embed %s\n", machine, cell, options);
	char *path = make_file(rows, strlen(rows));
	struct table table = { 0 };
	struct model model;

	assert_true(table_read_cell(&table, path));
	model = model_cell(&table.cells[0]);
	table_free(&table);
	drop_file(path);
	free(rows);
	return model;
}

static const struct {
	const char *machine;
	const char *cell;
	const char *options;
	const char *chunk;	/* "": open */
} cases[] = {
	/* Asked for */
	{ "4 1G", "sv39 page", "", "page" },
	{ "4 1G 1G@89G", "sv57 page", "", "page" },
	{ "4 512M 512M", "sv39 embed", "", "embed" },
	{ "4 512M 512M", "sv39 -", "", "embed" },

	/* Too far apart, but not where the vmalloc space is larger */
	{ "4 1G 1G@89G", "sv48 -", "", "embed" },
	{ "4 1G 1G@89G", "sv57 -", "", "embed" },
	{ "4 1G 1G@89G", "sv39 embed", "", "page" },

	/* Both sides of the limit: what counts is the distance of the ends, where the units are */
	{ "4 1G 1G@48896M", "sv39 -", "", "embed" },
	{ "4 1G 1G@49408M", "sv39 -", "", "page" },
	{ "4 1G 1G@48G", "sv39 -", "", "" },
	{ "4 1G 1G@48G", "sv48 -", "", "embed" },
	{ "4 1G 512M@49408M", "sv39 -", "", "embed" },
	{ "4 1G 512M@49920M", "sv39 -", "", "page" },

	/* A node counts only if a CPU is on it */
	{ "4 1G/2 1G/2 1G@89G/0", "sv39 -", "", "embed" },
	{ "4 1G/2 1G/1 1G@89G/1", "sv39 -", "", "page" },
	{ "4 1G/0 1G@40G/2 1G@80G/2", "sv39 -", "", "embed" },

	/* The units of a node without memory come from the top of all memory */
	{ "4 1G/2 0/2", "sv39 -", "", "embed" },
	{ "4 1G/2 1G@89G/0 0/2", "sv39 -", "", "page" },
	{ "4 0/2 1G/2", "sv39 -", "", "embed" },
	{ "4 1G/0 1G@89G/2 0/2", "sv39 -", "", "embed" },

	/* Those of one that is too small may be anywhere */
	{ "8 1G/4 4M@2G/4 1G@89G/0", "sv39 -", "", "" },
	{ "8 1G/4 4M@2G/4 1G@40G/0", "sv39 -", "", "embed" },
	{ "8 1G/4 32M@2G/4 1G@89G/0", "sv39 -", "", "embed" },
	{ "8 1G/4 4M@2G/4 1G@89G/0", "sv39 page", "", "page" },

	/* One group, wherever it is */
	{ "4 1G 1G@89G", "sv39 -", "numa=off", "embed" },
	{ "4 1G 1G@89G", "sv39 page", "numa=off", "page" },

	/* A CPU that is not possible has no unit; which ones are may depend on the boot hart */
	{ "4 1G 1G@89G boot=0", "sv39 -", "nr_cpus=2", "embed" },
	{ "4 1G 1G@89G boot=2", "sv39 -", "nr_cpus=2", "page" },
	{ "4 1G 1G@89G boot=0", "sv39 -", "nr_cpus=3", "page" },
	{ "4 1G 1G@89G", "sv39 -", "nr_cpus=2", "" },
	{ "4 1G 1G@89G", "sv39 -", "nr_cpus=3", "page" },
	{ "4 1G 1G@89G boot=5 ids=1,3,5,7", "sv39 -", "nr_cpus=1", "embed" },

	/* One that is possible but absent has one, on the nodes in turn */
	{ "2 1G/2 1G@89G/0", "sv39 -", "maxcpus=2", "embed" },
	{ "2 1G/2 1G@89G/0 possible=3", "sv39 -", "maxcpus=2", "embed" },
	{ "2 1G/2 1G@89G/0 possible=4", "sv39 -", "maxcpus=2", "page" },
	{ "2 1G/2 1G@89G/0 possible=3 ids=0,2", "sv39 -", "maxcpus=2", "page" },
	{ "2 1G/2 1G@89G/0 possible=4", "sv39 -", "nr_cpus=2", "embed" },

	/* One that is not started has one as well */
	{ "4 1G 1G@89G boot=0", "sv39 -", "maxcpus=1", "page" },
};

static void test_chunk(void **state)
{
	const char *chunk;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		chunk = model_rows(cases[i].machine, cases[i].cell, cases[i].options).chunk;
		if (strcmp(chunk ? chunk : "", cases[i].chunk))
			fail_msg("%s, %s %s: not \"%s\"", cases[i].machine, cases[i].cell,
				 cases[i].options, cases[i].chunk);
	}
}

/* On 6.1: "percpu: max_distance=0x164000f000 too large for vmalloc space 0x1000000000" */
static void test_measured(void **state)
{
	struct model model = model_rows("4 1G 1G@89G", "sv39 -", "");

	assert_string_equal(model.chunk, "page");
	assert_in_range(0x164000f000, model.min_distance, model.max_distance);
	model = model_rows("64 1G 1G@32G 1G@64G 1G@96G", "sv39 -", "");
	assert_string_equal(model.chunk, "page");
	assert_in_range(0x17fe933000, model.min_distance, model.max_distance);
}

static void test_bounds(void **state)
{
	struct model model = model_rows("4 1G 1G@48G", "sv39 -", "");

	assert_true(model.min_distance < LIMIT && model.max_distance > LIMIT);
	assert_true(model.max_distance - model.min_distance < 512 * MIB);
}

static void test_units_at_home(void **state)
{
	assert_true(model_rows("4 1G/2 0/2", "sv39 -", "").units_at_home);
	assert_true(model_rows("8 1G/4 32M@2G/4 1G@89G/0", "sv39 -", "").units_at_home);
	assert_false(model_rows("8 1G/4 4M@2G/4 1G@89G/0", "sv39 -", "").units_at_home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunk),
		cmocka_unit_test(test_measured),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_units_at_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
