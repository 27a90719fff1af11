// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's test_vmalloc.ko: its 35000 per-CPU allocations, and those others of its
 * tests that are quick. In page mode all of them share the vmalloc area with the first
 * chunk.
 *
 * There is one worker. Two would spin for each other's locks and wait for each other's TLB
 * flushes, while a host with fewer processors than there are harts runs neither: on 6.6,
 * which flushes with each vmalloc(), 120 s instead of 6, and RCU reports a stall.
 */
#include <string.h>

#include "kernel_log.h"
#include "kernel_module.h"
#include "kselftest.h"
#include "percpu_test.h"

#define MODULE		"test_vmalloc"
#define LOOPS		"2000"

/* "id" in the description of the parameter run_test_mask, lib/test_vmalloc.c */
static struct {
	const char *name;
	int id;
	int passed;
	int failed;
} tests[] = {
	{ .name = "fix_size_alloc_test", .id = 1 },
	{ .name = "random_size_alloc_test", .id = 8 },
	{ .name = "fix_align_alloc_test", .id = 16 },
	{ .name = "random_size_align_alloc_test", .id = 32 },
	{ .name = "pcpu_alloc_test", .id = 128 },
	{ .name = "kvfree_rcu_1_arg_vmalloc_test", .id = 256 },
	{ .name = "kvfree_rcu_2_arg_vmalloc_test", .id = 512 },
};

/* The worker sums each test up in a line. */
static void take_message(const char *message)
{
	const char *summary = log_find(message, "Summary: ");
	int passed, failed;
	char name[64];
	size_t i;

	if (!summary ||
	    sscanf(summary, "%63s passed: %d failed: %d", name, &passed, &failed) != 3)
		return;
	ksft_print_msg("%s\n", summary);
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		if (!strcmp(tests[i].name, name)) {
			tests[i].passed += passed;
			tests[i].failed += failed;
		}
}

int main(void)
{
	char parameters[128];
	int err, mask = 0;
	size_t i;

	begin_test();
	if (!module_exists(MODULE))
		ksft_exit_skip(MODULE_DIR "/" MODULE ".ko is not there (TEST_VMALLOC=m)\n");

	ksft_set_plan(ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		mask |= tests[i].id;
	snprintf(parameters, sizeof(parameters), "nr_threads=1 run_test_mask=%d test_loop_count="
		 LOOPS, mask);
	err = module_run(MODULE, parameters, take_message);
	if (err != -EAGAIN)
		ksft_exit_fail_msg(MODULE " %s: %s\n", parameters, strerror(-err));
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		ksft_test_result(tests[i].passed == 1 && !tests[i].failed,
				 "%s\n", tests[i].name);
	ksft_finished();
}
