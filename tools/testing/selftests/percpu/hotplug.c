// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each CPU goes offline, comes online again and then works, unless the kernel says that it
 * must stay online.
 *
 * A CPU that did not come online when the kernel booted does so now, unless that was not
 * wanted: the command line limits how many do, or SMT is off.
 */
#include <string.h>

#include "keep_online.h"
#include "kernel_log.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "pinned_run.h"

static cpu_set_t online;
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

/* @err is what the attempt to bring it online returned. */
static bool came_online(int cpu, int err)
{
	if (err)
		return fails(cpu, "online", strerror(-err));
	if (!is_online(cpu))
		return fails(cpu, "online", "not in the list of online CPUs");
	return works(cpu);
}

/* Returns a parameter that may be why a CPU is offline, or NULL. */
static const char *find_limit(void)
{
	static const char *const names[] = { "maxcpus", "nr_cpus", "nosmp" };
	char value[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (cmdline_value(cmdline, names[i], value, sizeof(value)) != -ENOENT)
			return names[i];
	return NULL;
}

/* Returns how many CPUs came online at boot, or 0 if the kernel's log does not say. */
static int read_boot_cpus(void)
{
	struct kernel_log log;
	const char *message, *found;
	int count = 0;

	if (log_open_whole(&log))
		return 0;
	while (!count && (message = log_next(&log))) {
		found = log_find(message, "Brought up ");
		if (found)
			sscanf(found, "%*d %*[^,], %d", &count);
	}
	log_close(&log);
	return count;
}

/*
 * Returns why CPUs may be offline that did not fail to start, or NULL. A machine with a limit
 * may name CPUs that are not there, and what an administrator took offline stays so.
 */
static const char *find_reason(const cpu_set_t *present)
{
	const char *limit = find_limit();
	int at_boot = read_boot_cpus();

	if (limit)
		return limit;
	if (!at_boot)
		return "the kernel's log does not say how many did at boot";
	return at_boot >= CPU_COUNT(present) ? "they did at boot" : NULL;
}

static void test_offline_cpus(const cpu_set_t *present, const cpu_set_t *offline)
{
	const char *reason = CPU_COUNT(offline) ? find_reason(present) : "there are none";
	int cpu, err, tried = 0;
	bool ok = true;

	for (cpu = next_cpu(-1, offline); cpu >= 0 && !reason; cpu = next_cpu(cpu, offline)) {
		err = set_online(cpu, true);
		if (err == -EPERM)
			continue;
		tried++;
		ok &= came_online(cpu, err);
	}
	if (!reason && !tried)
		reason = "not permitted (is SMT off?)";
	if (reason)
		ksft_test_result_skip("CPUs that were offline come online: %s\n", reason);
	else
		ksft_test_result(ok, "CPUs that were offline come online\n");
}

static bool any_cpu_in(const char *path)
{
	cpu_set_t cpus;

	return !read_cpulist(path, &cpus) && CPU_COUNT(&cpus);
}

/*
 * Must the CPU stay online? Firmware may want any of them to. The kernel keeps the last one,
 * and the last one that works for those that are isolated.
 */
static bool must_stay(int err)
{
	return err == -EPERM || err == -EOPNOTSUPP ||
		(err == -EBUSY && (CPU_COUNT(&online) == 1 || any_cpu_in(CPU_DIR "/isolated") ||
				   any_cpu_in(CPU_DIR "/nohz_full")));
}

/* Returns whether the CPU was offline. */
static bool test_cpu(int cpu)
{
	bool ok;
	int err;

	err = can_hotplug(cpu) ? set_online(cpu, false) : -EPERM;
	if (must_stay(err)) {
		ksft_test_result_skip("cpu%d stays online: %s\n", cpu, strerror(-err));
		return false;
	}
	if (err)
		ok = fails(cpu, "offline", strerror(-err));
	else if (is_online(cpu))
		ok = fails(cpu, "offline", "still in the list of online CPUs");
	else
		ok = came_online(cpu, set_online(cpu, true));
	ksft_test_result(ok, "cpu%d\n", cpu);
	return true;
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
	cpu_set_t present, offline;
	bool switched = false;
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
		switched |= test_cpu(cpu);
	CPU_XOR(&offline, &present, &online);
	test_offline_cpus(&present, &offline);
	if (switched)
		ksft_test_result(all_online(&online), "all online again\n");
	else
		ksft_test_result_skip("all online again: each must stay online\n");
	ksft_finished();
}
