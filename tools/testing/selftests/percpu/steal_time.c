// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest of KVM accounts the time that its host steals from each of its CPUs: the kernel
 * has passed the host an address to count at (STA of the SBI), and what /proc/stat shows
 * grows while the host is busy. For a CPU that was offline it continues from there, and
 * not from zero.
 */
#include <stdio.h>
#include <string.h>

#include "keep_online.h"
#include "kernel_log.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "steal.h"

static cpu_set_t online;
static int detected, computing, failed;	/* messages of the kernel */

static void count_message(const char *message)
{
	detected += !!strstr(message, "riscv-pv: SBI STA extension detected");
	computing += !!strstr(message, "riscv-pv: Computing paravirt steal-time");
	failed += !!strstr(message, "riscv-pv: Failed to ");
}

static int count_messages(void)
{
	struct kernel_log log;
	int err = log_open_whole(&log);

	if (err)
		return err;
	log_read(&log, count_message);	/* even if some are lost */
	log_close(&log);
	return 0;
}

static void test_grows(int cpu)
{
	const struct cpu_times before = {};

	ksft_test_result(steal_goes_on(cpu, &before), "cpu%d\n", cpu);
}

static bool offline_and_online(int cpu)
{
	unsigned int busy = 0;
	int err = set_online_patiently(cpu, false, &busy);

	if (!err)
		err = set_online_patiently(cpu, true, &busy);
	if (err)
		ksft_print_msg("cpu%d: %s\n", cpu, strerror(-err));
	return !err;
}

static void test_hotplug(int cpu)
{
	struct cpu_times before;

	if (!can_hotplug(cpu)) {
		ksft_test_result_skip("cpu%d after it was offline: it stays online\n", cpu);
		return;
	}
	ksft_test_result(!read_cpu_times(cpu, &before) && offline_and_online(cpu) &&
			 steal_goes_on(cpu, &before), "cpu%d after it was offline\n", cpu);
}

int main(void)
{
	int cpu, err;

	begin_test();
	need_cpulist(CPU_DIR "/online", &online);
	err = count_messages();
	if (err)
		ksft_exit_fail_msg("/dev/kmsg: %s\n", strerror(-err));
	if (!detected)
		ksft_exit_skip("the kernel has no PARAVIRT, or its SBI no steal time\n");

	if (computing != 1 || failed)
		ksft_exit_fail_msg("the host was not given an address to count at\n");

	keep_online();
	ksft_set_plan(2 * CPU_COUNT(&online));
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		test_grows(cpu);
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		test_hotplug(cpu);
	ksft_finished();
}
