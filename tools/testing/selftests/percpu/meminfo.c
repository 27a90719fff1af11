// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Percpu:" of /proc/meminfo grows when users of per-CPU memory come, and shrinks
 * when they go, round after round.
 *
 * Growth means twice the slack of the allocator, so that one cannot be taken for
 * the other. All rounds are measured against the level before the first one, so
 * what each of them leaks adds up.
 */
#include <string.h>

#include "kselftest.h"
#include "percpu_test.h"
#include "users.h"

#define ROUNDS	3

static long slack_kb;

static void test_round(int round, long base_kb)
{
	struct users group = {};
	long peak_kb, end_kb;
	int users;

	users = users_start(&group, base_kb + 2 * slack_kb);
	if (users)
		ksft_exit_fail_msg("round %d: no child: %s\n", round, strerror(-users));
	users = users_wait(&group);
	peak_kb = read_percpu_kb();
	if (users < 0)
		ksft_print_msg("round %d: users: %s\n", round, strerror(-users));
	ksft_test_result(users > 0 && peak_kb >= base_kb + 2 * slack_kb, "round %d grows\n", round);

	users_stop(&group);
	end_kb = wait_for_percpu_kb(base_kb + slack_kb);
	ksft_print_msg("round %d: %d users, %ld kB to %ld kB and back to %ld kB\n",
		       round, users, base_kb, peak_kb, end_kb);
	ksft_test_result(end_kb <= base_kb + slack_kb, "round %d returns\n", round);
}

int main(void)
{
	struct first_chunk chunk;
	cpu_set_t possible;
	int round, err;
	long base_kb;

	begin_test();
	base_kb = read_percpu_kb();
	if (base_kb < 0)
		ksft_exit_skip("/proc/meminfo has no Percpu line\n");
	err = read_cpulist(CPU_DIR "/possible", &possible);
	if (err)
		ksft_exit_fail_msg("%s/possible: %s\n", CPU_DIR, strerror(-err));
	need_first_chunk(&chunk);

	slack_kb = percpu_slack_kb(&chunk, CPU_COUNT(&possible));
	ksft_print_msg("%ld kB before, slack %ld kB\n", base_kb, slack_kb);
	ksft_set_plan(2 * ROUNDS);
	for (round = 1; round <= ROUNDS; round++)
		test_round(round, base_kb);
	ksft_finished();
}
