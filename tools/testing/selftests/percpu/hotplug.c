// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each CPU goes offline, comes online again and then works. The boot CPU stays online
 * where the kernel does not allow it to go offline.
 *
 * A CPU that is present and offline comes online too, unless the command line limits how
 * many do: it may have failed to when the kernel booted.
 */
#include <string.h>

#include "keep_online.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "pinned_run.h"

static int nodes[CPU_SETSIZE];
static char cmdline[VALUE_SIZE];

static bool fails(int cpu, const char *what, const char *why)
{
	ksft_print_msg("cpu%d: %s: %s\n", cpu, what, why);
	return false;
}

static bool works(int cpu)
{
	struct pinned_run run;
	const char *why = pinned_work(&run, cpu, nodes[cpu]);

	return why ? fails(cpu, "work", why) : true;
}

static bool comes_online(int cpu)
{
	struct hotplug_tries tries = {};
	int err;

	if (is_online(cpu))
		return fails(cpu, "offline", "still in the list of online CPUs");
	err = set_online_patiently(cpu, true, &tries);
	if (tries.not_stopped)
		ksft_print_msg("cpu%d: had not stopped, %u more attempts to start it\n", cpu,
			       tries.not_stopped);
	if (err)
		return fails(cpu, "online", strerror(-err));
	if (!is_online(cpu))
		return fails(cpu, "online", "not in the list of online CPUs");
	return works(cpu);
}

/* Returns a parameter that may be why a CPU is offline, or NULL. */
static const char *find_limit(void)
{
	static const char *const names[] = { "maxcpus", "nr_cpus", "nosmp", "nosmt" };
	char value[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (cmdline_value(cmdline, names[i], value, sizeof(value)) != -ENOENT)
			return names[i];
	return NULL;
}

/* A machine with such a limit may name CPUs that are not there. */
static void test_offline_cpus(const cpu_set_t *offline)
{
	const char *limit = find_limit();
	bool ok = true;
	int cpu;

	if (limit || !CPU_COUNT(offline)) {
		ksft_test_result_skip("CPUs that were offline come online: %s\n",
				      limit ? limit : "there are none");
		return;
	}
	for (cpu = next_cpu(-1, offline); cpu >= 0; cpu = next_cpu(cpu, offline))
		ok &= comes_online(cpu);
	ksft_test_result(ok, "CPUs that were offline come online\n");
}

/* Only these errors mean that the boot CPU must stay online. */
static bool must_stay(int cpu, int err)
{
	return cpu == 0 && (err == -EPERM || err == -EBUSY || err == -EOPNOTSUPP);
}

static void test_cpu(int cpu)
{
	int err;

	err = can_hotplug(cpu) ? set_online(cpu, false) : -EPERM;
	if (must_stay(cpu, err)) {
		ksft_test_result_skip("cpu%d stays online: %s\n", cpu, strerror(-err));
		return;
	}
	if (err)
		fails(cpu, "offline", strerror(-err));
	ksft_test_result(!err && comes_online(cpu), "cpu%d\n", cpu);
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
	cpu_set_t online, present, offline;
	int cpu, err;

	begin_test();
	need_cpulist(CPU_DIR "/online", &online);
	need_cpulist(CPU_DIR "/present", &present);
	if (CPU_COUNT(&present) < 2)
		ksft_exit_skip("there is only one CPU\n");
	if (!any_can_hotplug(&present))
		ksft_exit_skip("no CPU can go offline (HOTPLUG_CPU)\n");
	err = read_value("/proc/cmdline", cmdline, sizeof(cmdline));
	if (err)
		ksft_exit_fail_msg("/proc/cmdline: %s\n", strerror(-err));
	need_cpu_nodes(nodes);

	keep_online();
	ksft_set_plan(CPU_COUNT(&online) + 2);
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		test_cpu(cpu);
	CPU_XOR(&offline, &present, &online);
	test_offline_cpus(&offline);
	ksft_test_result(all_online(&online), "all online again\n");
	ksft_finished();
}
