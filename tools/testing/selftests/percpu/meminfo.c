// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU memory that users take is in "Percpu:" of /proc/meminfo. When they are gone it is
 * freed and its pages are given back, see percpu_level_returns(). What a round leaks adds up.
 */
#include "kselftest.h"
#include "percpu_test.h"
#include "users.h"

#define ROUNDS	2

int main(void)
{
	struct percpu_level level;
	bool grows = true;
	int round;

	begin_test();
	percpu_level_begin(&level);
	ksft_set_plan(2);
	for (round = 0; round < ROUNDS; round++)
		grows &= percpu_level_round(&level);
	ksft_test_result(grows, "users take per-CPU memory\n");
	ksft_test_result(percpu_level_returns(&level), "per-CPU memory returns\n");
	ksft_finished();
}
