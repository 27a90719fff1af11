// SPDX-License-Identifier: GPL-2.0-only
/* Each online CPU does real work, all of them at once. */
#include <string.h>

#include "kselftest.h"
#include "percpu_test.h"

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

int main(void)
{
	cpu_set_t online;
	int cpu, err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	err = read_cpulist(CPU_DIR "/online", &online);
	if (err)
		ksft_exit_fail_msg("%s/online: %s\n", CPU_DIR, strerror(-err));
	err = read_cpu_nodes(nodes);
	if (err && err != -ENOENT)
		ksft_exit_fail_msg("%s: %s\n", NODE_DIR, strerror(-err));

	ksft_set_plan(CPU_COUNT(&online));
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		start_error[cpu] = pinned_start(&runs[cpu], cpu, nodes[cpu]);
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		report_run(cpu);
	ksft_finished();
}
