// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules with static per-CPU data are loaded and unloaded.
 *
 * Such data lie in the part of the first chunk that is reserved for modules, next
 * to the kernel's own (percpu_modalloc() in kernel/module/main.c). percpu_test.ko
 * computes with its own, reports errors by WARN() and never stays loaded; scftorture.ko
 * stays, and its calls count in each CPU's own. debugfs's percpu_stats says what is free.
 *
 * Not for KASAN before v6.4: with either first chunk the removal of a module then frees
 * pages of shadow that are memblock's ("Bad page state"), until 96f9d4daf745 ("riscv:
 * Rework kasan population functions").
 */
#include <string.h>

#include "kernel_log.h"
#include "kernel_module.h"
#include "kselftest.h"
#include "percpu_stats.h"
#include "percpu_test.h"

#define ROUNDS		5
#define SECTION		".data..percpu"

/* As little as scftorture can do: here it has to be there and to count */
#define FEW_CALLS	"nthreads=1 weight_all_wait=1 stat_interval=0 stutter=0 shutdown=0"

static bool done;
static int splats;

static void take_message(const char *message)
{
	if (log_find(message, "percpu test done"))
		done = true;
	if (!log_is_splat(message))
		return;
	ksft_print_msg("%s\n", message);
	splats++;
}

static void test_computing(void)
{
	int i, err = -EAGAIN, rounds = 0;

	for (i = 0; i < ROUNDS && err == -EAGAIN && !splats; i++) {
		done = false;
		err = module_run("percpu_test", "", take_message);
		rounds += done;
	}
	if (err != -EAGAIN)
		ksft_print_msg("percpu_test: %s\n", strerror(-err));
	ksft_test_result(rounds == ROUNDS && !splats, "percpu_test: done in %d rounds of %d\n",
			 rounds, ROUNDS);
}

/* Returns what the module takes of the reserved part, or a negative errno. */
static long load_and_unload(void)
{
	long before = percpu_stats_reserved_free(), taken;
	int err;

	err = module_load("scftorture", FEW_CALLS);
	if (err)
		return err;
	taken = before - percpu_stats_reserved_free();
	err = module_unload("scftorture");
	return err ? err : taken;
}

static void test_staying(long size)
{
	struct kernel_log log;
	int i, err, rounds = 0;
	long taken;

	err = log_open(&log);
	if (!err)
		err = module_load("torture", "");
	for (i = 0; i < ROUNDS && !err; i++) {
		taken = load_and_unload();
		if (taken < 0)
			err = taken;
		else if (taken >= size)
			rounds++;
		else
			ksft_print_msg("round %d takes %ld bytes\n", i + 1, taken);
	}
	if (err)
		ksft_print_msg("scftorture: %s\n", strerror(-err));
	module_unload("torture");
	err = log_read(&log, take_message);
	log_close(&log);
	ksft_test_result(rounds == ROUNDS, "scftorture: %ld bytes are taken in %d rounds of %d\n",
			 size, rounds, ROUNDS);
	ksft_test_result(!err && !splats, "no splat\n");
}

static void prepare(void)
{
	int err;

	if (!module_exists("percpu_test") || !module_exists("scftorture"))
		ksft_exit_skip("no PERCPU_TEST=m, SCF_TORTURE_TEST=m in " MODULE_DIR
			       ", or compressed\n");
	err = percpu_stats_mount();
	if (err)
		ksft_exit_skip(PERCPU_STATS ": %s (PERCPU_STATS)\n", strerror(-err));
	if (percpu_stats_reserved_free() < 0)
		ksft_exit_skip(PERCPU_STATS " has no reserved chunk\n");
}

int main(void)
{
	long before, after, size;

	begin_test();
	prepare();
	ksft_set_plan(5);

	size = module_section_size("scftorture", SECTION);
	ksft_test_result(size > 0, "scftorture has %ld bytes in " SECTION "\n", size);
	before = percpu_stats_reserved_free();
	test_computing();
	test_staying(size);
	after = percpu_stats_reserved_free();
	ksft_test_result(before == after, "%ld bytes free for modules, then %ld\n", before, after);
	ksft_finished();
}
