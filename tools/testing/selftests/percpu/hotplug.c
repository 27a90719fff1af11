// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each CPU goes offline, comes online again and then does real work. The boot CPU
 * is left alone where the kernel does not let it go.
 */
#include <string.h>

#include "kselftest.h"
#include "percpu_test.h"

static int nodes[CPU_SETSIZE];

static bool fails(int cpu, const char *what, const char *why)
{
	ksft_print_msg("cpu%d: %s: %s\n", cpu, what, why);
	return false;
}

static bool works(int cpu)
{
	struct pinned_run run;
	const char *why;
	int err;

	err = pinned_start(&run, cpu, nodes[cpu]);
	why = err ? strerror(-err) : pinned_join(&run);
	return why ? fails(cpu, "work", why) : true;
}

static bool goes_and_comes(int cpu)
{
	struct hotplug_tries tries = {};
	int err;

	if (is_online(cpu))
		return fails(cpu, "offline", "still in the list of online CPUs");
	err = set_online_patiently(cpu, true, &tries);
	if (tries.not_stopped)
		ksft_print_msg("cpu%d: had not stopped, told %u times more to start\n", cpu,
			       tries.not_stopped);
	if (err)
		return fails(cpu, "online", strerror(-err));
	if (!is_online(cpu))
		return fails(cpu, "online", "not in the list of online CPUs");
	return works(cpu);
}

static void test_cpu(int cpu)
{
	int err;

	err = can_hotplug(cpu) ? set_online(cpu, false) : -EPERM;
	if (err && cpu == 0) {
		ksft_test_result_skip("cpu%d stays online: %s\n", cpu, strerror(-err));
		return;
	}
	if (err)
		fails(cpu, "offline", strerror(-err));
	ksft_test_result(!err && goes_and_comes(cpu), "cpu%d\n", cpu);
}

static void test_all_online(const cpu_set_t *before)
{
	cpu_set_t after;
	int err;

	err = read_cpulist(CPU_DIR "/online", &after);
	if (err)
		ksft_print_msg("%s/online: %s\n", CPU_DIR, strerror(-err));
	ksft_test_result(!err && CPU_EQUAL(before, &after), "all online again\n");
}

static bool any_can_hotplug(const cpu_set_t *cpus)
{
	int cpu;

	for (cpu = next_cpu(-1, cpus); cpu >= 0; cpu = next_cpu(cpu, cpus))
		if (can_hotplug(cpu))
			return true;
	return false;
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
	if (CPU_COUNT(&online) < 2)
		ksft_exit_skip("only one CPU is online\n");
	if (!any_can_hotplug(&online))
		ksft_exit_skip("no CPU can go offline (HOTPLUG_CPU)\n");
	err = read_cpu_nodes(nodes);
	if (err && err != -ENOENT)
		ksft_exit_fail_msg("%s: %s\n", NODE_DIR, strerror(-err));

	ksft_set_plan(CPU_COUNT(&online) + 1);
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		test_cpu(cpu);
	test_all_online(&online);
	ksft_finished();
}
