// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each online CPU does real work, some of them at once: 64 harts on a host with a few
 * CPUs would only wait for each other's locks.
 */
#include <string.h>

#include "kselftest.h"
#include "percpu_test.h"
#include "pinned_run.h"

#define AT_ONCE	8

static struct pinned_run runs[CPU_SETSIZE];
static int nodes[CPU_SETSIZE];
static int start_error[CPU_SETSIZE];

static void report_run(int cpu)
{
	const char *why;

	why = start_error[cpu] ? strerror(-start_error[cpu]) : pinned_join(&runs[cpu]);
	if (why)
		ksft_print_msg("cpu%d: %s\n", cpu, why);
	ksft_test_result(!why, "cpu%d\n", cpu);
}

/* Returns the CPU that comes after them, -1 if there is none. */
static int run_some(int first, const cpu_set_t *online)
{
	int cpu, next, count = 0;

	for (next = first; next >= 0 && count < AT_ONCE; next = next_cpu(next, online), count++)
		start_error[next] = pinned_start(&runs[next], next, nodes[next]);
	for (cpu = first; count; cpu = next_cpu(cpu, online), count--)
		report_run(cpu);
	return next;
}

int main(void)
{
	cpu_set_t online;
	int cpu;

	begin_test();
	need_cpulist(CPU_DIR "/online", &online);
	need_cpu_nodes(nodes);

	ksft_set_plan(CPU_COUNT(&online));
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = run_some(cpu, &online))
		;
	ksft_finished();
}
