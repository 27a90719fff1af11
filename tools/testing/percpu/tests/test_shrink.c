// SPDX-License-Identifier: GPL-2.0-only
/* That a failing machine becomes the simplest one that fails, with pretended failures. */
#include <regex.h>

#include "fuzz.h"
#include "test.h"

#define TESTS	" tests=facts\\+first_chunk\\+pinned"

/* @fails: what the rows of a machine that fails match; NULL: none fails */
struct pretended {
	const char *fails;
	unsigned int tried;
};

static bool rows_match(const struct sample *sample, const char *pattern)
{
	char *rows = cell_rows(&sample->cell);
	regex_t regex;
	bool match;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	match = !regexec(&regex, rows, 0, NULL, 0);
	regfree(&regex);
	free(rows);
	return match;
}

static bool pretend(const struct sample *variant, void *arg)
{
	struct pretended *pretended = arg;

	assert_true(*variant->cell.chunk);
	assert_ptr_equal(variant->cell.machine, &variant->machine);
	pretended->tried++;
	return pretended->fails && rows_match(variant, pretended->fails);
}

/* Whichever machine it begins with, one like this is left */
static const struct {
	const char *fails;
	const char *smallest;
} cases[] = {
	{ ".", "^m 1 128M\n .* sv39 - embed" TESTS "\n$" },
	{ "^m ([5-9]|[0-9]{2}) ", "^m 5 128M\n .* sv39 - embed" TESTS "\n$" },
	{ "^m( [0-9][^\n ]*){5}.* ids=", "^m 1 128M 32M 32M 32M ids=1\n .* - embed units=any" },
	{ "sv57 page", "^m 1 128M\n .* sv57 page page" TESTS "\n$" },
	{ "nr_cpus=2 ", "^m 1 128M\n .* sv39 - embed nr_cpus=2" TESTS "\n$" },
	{ "possible=", "^m 1 128M possible=2\n .* sv39 - embed maxcpus=1" TESTS "\n$" },
	{ "boot=[1-9]", "^m (2 128M boot=1|1 128M ids=1 boot=1)\n .* sv39 - embed" TESTS "\n$" },
	/* Which one of the simple ones depends on where it begins */
	{ "@", "^m 1 [^ ]+ [^ ]+@[^ ]+\n .* sv39 - embed" },
	{ " 0(/[0-9]+)?[\n ]", "^m [12] [^ ]+ [^\n ]+\n .* sv39 - embed" },
	{ "sv.. (-|embed) page", "^m [123]( [^ ]+){2,5}\n .* sv39 - page " },
};

static void test_simplest(void **state)
{
	struct pretended pretended;
	struct sample sample;
	unsigned int i, number, failed;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		failed = 0;
		for (number = 0; number < 300; number++) {
			generate_random(&sample, 5, number);
			strcpy(sample.name, "m");
			assert_true(generate(&sample));
			if (!rows_match(&sample, cases[i].fails))
				continue;
			failed++;
			pretended = (struct pretended){ .fails = cases[i].fails };
			shrink(&sample, pretend, &pretended);
			assert_true(rows_match(&sample, cases[i].fails));
			assert_in_range(pretended.tried, 0, 150);
			if (!rows_match(&sample, cases[i].smallest))
				fail_msg("%s: number %u", cases[i].fails, number);
		}
		assert_in_range(failed, 1, 300);
	}
}

static void test_stays(void **state)
{
	struct pretended pretended = { 0 };
	struct sample sample, before;

	generate_random(&sample, 1, 0);
	before = sample;
	shrink(&sample, pretend, &pretended);
	assert_memory_equal(&sample.machine, &before.machine, sizeof(sample.machine));
	assert_memory_equal(&sample.cell, &before.cell, sizeof(sample.cell));
	assert_in_range(pretended.tried, 10, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simplest),
		cmocka_unit_test(test_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
