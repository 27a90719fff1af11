// SPDX-License-Identifier: GPL-2.0-only
/* The models of TLBs, on sequences of which each outcome was computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model.h"

#define PAGE(_n)	((uint64_t)(_n) << 12)
#define TABLES		0x80000000ULL	/* where the page tables of the tests are */

static const unsigned int levels_of[MODEL_PAGES] = {
	[MODEL_4K] = 3, [MODEL_64K] = 3, [MODEL_2M] = 2, [MODEL_1G] = 1,
};

static struct model *models;
static size_t nr_models;
static struct model_tlb *tlb;

/* Makes a TLB of the rows of one model */
static void make(const char *rows)
{
	char path[] = "/tmp/model.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, rows, strlen(rows)), strlen(rows));
	close(fd);
	assert_true(models_read(path, &models, &nr_models));
	unlink(path);
	assert_int_equal(nr_models, 1);
	tlb = model_tlb_new(models);
}

static int unmake(void **state)
{
	(void)state;
	model_tlb_free(tlb);
	free(models);
	return 0;
}

/* As sv39 has it: one table for each 1G, 2M and 4K that an entry maps */
static struct model_mapping map(uint64_t va, enum model_page page, uint16_t asid, bool global)
{
	return (struct model_mapping){
		.va = va, .page = page, .levels = levels_of[page], .asid = asid,
		.global = global,
		.pte = {
			TABLES + 8 * (va >> 30), TABLES + 0x1000000 + 8 * (va >> 21),
			TABLES + 0x2000000 + 8 * (va >> 12),
		},
	};
}

/* "-": a hit; "1": the L1 misses; "2R": both miss, and R entries are read */
static void expect_mapping(struct model_mapping mapping, const char *what)
{
	struct model_result got = model_access(tlb, &mapping);

	assert_int_equal(got.l1_miss, *what != '-');
	assert_int_equal(got.l2_miss, *what == '2');
	assert_int_equal(got.walk_refs, *what == '2' ? what[1] - '0' : 0);
}

static void expect(uint64_t va, enum model_page page, const char *what)
{
	expect_mapping(map(va, page, 0, true), what);
}

static void test_lru(void **state)
{
	(void)state;
	make("m l1 2 full 4K\n");
	expect(PAGE(1), MODEL_4K, "23");
	expect(PAGE(2), MODEL_4K, "23");
	expect(PAGE(1) + 0xfff, MODEL_4K, "-");
	expect(PAGE(3), MODEL_4K, "23");	/* replaces 2, the least recently used */
	expect(PAGE(1), MODEL_4K, "-");
	expect(PAGE(2), MODEL_4K, "23");	/* replaces 3 */
	expect(PAGE(3), MODEL_4K, "23");
}

static void test_sets(void **state)
{
	(void)state;
	make("m l1 4 2 4K\n");
	expect(PAGE(0), MODEL_4K, "23");
	expect(PAGE(2), MODEL_4K, "23");
	expect(PAGE(1), MODEL_4K, "23");	/* the other set */
	expect(PAGE(4), MODEL_4K, "23");	/* replaces 0 */
	expect(PAGE(2), MODEL_4K, "-");
	expect(PAGE(1), MODEL_4K, "-");
	expect(PAGE(0), MODEL_4K, "23");
}

static void test_second_level(void **state)
{
	(void)state;
	make("m l1 1 full 4K\nm l2 4 1 4K\n");
	expect(PAGE(1), MODEL_4K, "23");
	expect(PAGE(2), MODEL_4K, "23");
	expect(PAGE(1), MODEL_4K, "1");
	expect(PAGE(5), MODEL_4K, "23");	/* replaces 1 in both */
	expect(PAGE(1), MODEL_4K, "23");
	expect(PAGE(2), MODEL_4K, "1");
}

/* One entry for each superpage, with as many levels to walk as its size leaves */
static void test_sizes(void **state)
{
	(void)state;
	make("m l1 4 full 4K,64K,2M,1G\n");
	expect(0x40000000, MODEL_1G, "21");
	expect(0x7fffffff, MODEL_1G, "-");
	expect(0x80000000, MODEL_2M, "22");
	expect(0x801fffff, MODEL_2M, "-");
	expect(0x80200000, MODEL_2M, "22");
	expect(0x80400000, MODEL_64K, "23");
	expect(0x8040ffff, MODEL_64K, "-");
	expect(0x40000000, MODEL_1G, "-");
}

/* A core like the C910: 2M in slices at the first level, whole at the second */
static void test_slices(void **state)
{
	(void)state;
	make("m l1 2 full 4K,2M/4K\nm l1 1 full 1G\nm l2 8 2 4K,2M,1G\n");
	expect(0x80000000, MODEL_2M, "22");
	expect(0x80001000, MODEL_2M, "1");
	expect(0x80002000, MODEL_2M, "1");	/* replaces the first slice */
	expect(0x80000000, MODEL_2M, "1");
	expect(0x40000000, MODEL_1G, "21");	/* in an entry of its own */
	expect(0x80000000, MODEL_2M, "-");
}

/* Superpages have few entries, and pass by an L2 that holds 4K alone */
static void test_superpage_entries(void **state)
{
	(void)state;
	make("m l1 4 full 4K\nm l1 1 full 2M,1G\nm l2 8 1 4K\n");
	expect(0x80000000, MODEL_2M, "22");
	expect(0x80200000, MODEL_2M, "22");
	expect(0x80000000, MODEL_2M, "22");
	expect(PAGE(1), MODEL_4K, "23");
	expect(0x80000000, MODEL_2M, "-");
	expect(PAGE(1), MODEL_4K, "-");
}

/* A tag for four pages side by side, of which each is filled by itself */
static void test_sectors(void **state)
{
	(void)state;
	make("m l1 8 full 4K sectors=4\n");
	expect(PAGE(4), MODEL_4K, "23");
	expect(PAGE(5), MODEL_4K, "23");
	expect(PAGE(4), MODEL_4K, "-");
	expect(PAGE(8), MODEL_4K, "23");
	expect(PAGE(5), MODEL_4K, "-");
	expect(PAGE(12), MODEL_4K, "23");	/* replaces 8 to 11 */
	expect(PAGE(8), MODEL_4K, "23");	/* replaces 4 to 7, both that were there */
	expect(PAGE(5), MODEL_4K, "23");
	expect(PAGE(4), MODEL_4K, "23");
}

/* 64K without Svnapot is 4K */
static void test_without_svnapot(void **state)
{
	(void)state;
	make("m l1 4 full 4K,2M\n");
	expect(PAGE(16), MODEL_64K, "23");
	expect(PAGE(17), MODEL_64K, "23");
	expect(PAGE(16), MODEL_64K, "-");
}

static void test_walk_cache(void **state)
{
	const struct fence by_va = { .by_address = true, .va = PAGE(1) }, all = { 0 };

	(void)state;
	make("m l1 1 full 4K\nm walk 2 full -\n");
	expect(PAGE(1), MODEL_4K, "23");
	expect(PAGE(2), MODEL_4K, "21");	/* both tables are known */
	expect(PAGE(512), MODEL_4K, "22");	/* another last table, replaces that of 1 and 2 */
	expect(PAGE(1), MODEL_4K, "22");
	model_fence(tlb, &by_va);
	expect(PAGE(1), MODEL_4K, "21");	/* what is above the leaf stays */
	model_fence(tlb, &all);
	expect(PAGE(1), MODEL_4K, "23");
}

static void test_fences(void **state)
{
	const struct fence all = { 0 };
	const struct fence of_1 = { .by_address = true, .va = PAGE(1) + 8 };
	const struct fence asid_7 = { .by_asid = true, .asid = 7 };
	const struct fence of_2_in_7 = {
		.by_address = true, .by_asid = true, .va = PAGE(2), .asid = 7,
	};

	(void)state;
	make("m l1 8 full 4K\n");
	expect(PAGE(1), MODEL_4K, "23");
	expect_mapping(map(PAGE(2), MODEL_4K, 7, false), "23");
	expect_mapping(map(PAGE(2), MODEL_4K, 8, false), "23");
	model_fence(tlb, &of_1);
	expect_mapping(map(PAGE(2), MODEL_4K, 7, false), "-");
	expect(PAGE(1), MODEL_4K, "23");
	model_fence(tlb, &asid_7);		/* spares global mappings */
	expect(PAGE(1), MODEL_4K, "-");
	expect_mapping(map(PAGE(2), MODEL_4K, 8, false), "-");
	expect_mapping(map(PAGE(2), MODEL_4K, 7, false), "23");
	model_fence(tlb, &of_2_in_7);
	expect_mapping(map(PAGE(2), MODEL_4K, 8, false), "-");
	expect_mapping(map(PAGE(2), MODEL_4K, 7, false), "23");
	model_fence(tlb, &all);
	expect(PAGE(1), MODEL_4K, "23");
	expect_mapping(map(PAGE(2), MODEL_4K, 8, false), "23");
}

/* Any address of a mapping names all its slices; of pages that share a tag, one */
static void test_fence_by_address(void **state)
{
	const struct fence in_2m = { .by_address = true, .va = 0x801ff000 };
	const struct fence of_5 = { .by_address = true, .va = PAGE(5) };

	(void)state;
	make("m l1 16 full 4K,2M/4K sectors=4\n");
	expect(0x80000000, MODEL_2M, "22");
	expect(0x80200000, MODEL_2M, "22");
	expect(PAGE(4), MODEL_4K, "23");
	expect(PAGE(5), MODEL_4K, "23");
	model_fence(tlb, &in_2m);
	expect(0x80200000, MODEL_2M, "-");
	expect(0x80000000, MODEL_2M, "22");
	model_fence(tlb, &of_5);
	expect(PAGE(4), MODEL_4K, "-");
	expect(PAGE(5), MODEL_4K, "23");
}

static void test_switch_with_asids(void **state)
{
	(void)state;
	make("m l1 4 full 4K\n");
	expect_mapping(map(PAGE(1), MODEL_4K, 1, false), "23");
	model_switch(tlb);
	expect_mapping(map(PAGE(1), MODEL_4K, 1, false), "-");
	expect_mapping(map(PAGE(1), MODEL_4K, 2, false), "23");
}

static void test_switch_without_asids(void **state)
{
	const struct fence asid_9 = { .by_asid = true, .asid = 9 };

	(void)state;
	make("m l1 4 full 4K asids=no\n");
	expect(PAGE(1), MODEL_4K, "23");
	model_switch(tlb);
	expect(PAGE(1), MODEL_4K, "23");
	model_fence(tlb, &asid_9);
	expect(PAGE(1), MODEL_4K, "23");
}

/* What is no model is refused */
static void test_file(void **state)
{
	static const char * const wrong[] = {
		"", "# nothing\n", "m l1 4 full\n", "m l3 4 full 4K\n", "m l1 0 full 4K\n",
		"m l1 4x full 4K\n", "m l1 4 some 4K\n", "m l1 6 2 4K\n", "m l1 4 3 4K\n",
		"m l1 4 full 3K\n", "m l1 4 full 4K asid=no\n", "m l1 4 full 4K sectors=3\n",
		"m l1 2 full 4K sectors=4\n",
	};
	char path[] = "/tmp/model.XXXXXX";
	int fd = mkstemp(path);
	size_t i;

	(void)state;
	assert_true(fd >= 0);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, wrong[i], strlen(wrong[i]), 0), strlen(wrong[i]));
		assert_false(models_read(path, &models, &nr_models));
	}
	close(fd);
	unlink(path);
	assert_false(models_read(path, &models, &nr_models));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_lru, unmake),
		cmocka_unit_test_teardown(test_sets, unmake),
		cmocka_unit_test_teardown(test_second_level, unmake),
		cmocka_unit_test_teardown(test_sizes, unmake),
		cmocka_unit_test_teardown(test_slices, unmake),
		cmocka_unit_test_teardown(test_superpage_entries, unmake),
		cmocka_unit_test_teardown(test_sectors, unmake),
		cmocka_unit_test_teardown(test_without_svnapot, unmake),
		cmocka_unit_test_teardown(test_walk_cache, unmake),
		cmocka_unit_test_teardown(test_fences, unmake),
		cmocka_unit_test_teardown(test_fence_by_address, unmake),
		cmocka_unit_test_teardown(test_switch_with_asids, unmake),
		cmocka_unit_test_teardown(test_switch_without_asids, unmake),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
