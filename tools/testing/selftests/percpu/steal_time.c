// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest of KVM learns what its host steals from each of its CPUs: the kernel has
 * told the host where to count (STA of the SBI), and what /proc/stat shows grows while
 * the host is busy. It goes on from there, and not from zero, for a CPU that was
 * offline.
 *
 * The boot CPU stays. A hibernation would withdraw its memory and set it again, but on
 * 7.3-rc7 the virtio port to which results go is dead after one: virtcons_restore()
 * asks the host before there is room for the answer.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kselftest.h"
#include "percpu_test.h"
#include "steal.h"

#define SECONDS		20
#define TICKS		3	/* of /proc/stat, 10 ms each */

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
	char record[8192];
	ssize_t n;
	int log;

	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log < 0)
		return -errno;
	while ((n = read(log, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		record[n > 0 ? n : 0] = '\0';
		count_message(record);
	}
	close(log);
	return 0;
}

static bool fails(int cpu, const char *what)
{
	ksft_print_msg("cpu%d: %s\n", cpu, what);
	return false;
}

/* Under load, does the CPU both work and wait, and does the sum go on from @before? */
static bool goes_on(int cpu, const struct cpu_times *before)
{
	struct cpu_times first = {}, times = {};
	time_t deadline = time(NULL) + SECONDS;
	int err;

	err = read_cpu_times(cpu, &first);
	while (!err && time(NULL) < deadline) {
		usleep(50000);
		err = read_cpu_times(cpu, &times);
		if (times.steal < before->steal) {
			ksft_print_msg("cpu%d: stolen: %lld ticks, and %lld before\n", cpu,
				       times.steal, before->steal);
			return false;
		}
		if (times.steal >= first.steal + TICKS && times.user >= first.user + TICKS)
			return true;
	}
	ksft_print_msg("cpu%d: in %d s %lld ticks stolen and %lld in user mode\n", cpu, SECONDS,
		       times.steal - first.steal, times.user - first.user);
	return err ? fails(cpu, strerror(-err)) : false;
}

static bool goes_on_under_load(int cpu, const struct cpu_times *before)
{
	bool ok;

	load_start(&online);
	ok = goes_on(cpu, before);
	load_stop();
	return ok;
}

static void test_grows(int cpu)
{
	const struct cpu_times before = {};

	ksft_test_result(goes_on_under_load(cpu, &before), "cpu%d\n", cpu);
}

static bool goes_and_comes(int cpu)
{
	struct hotplug_tries tries = {};
	int err = set_online_patiently(cpu, false, &tries);

	if (!err)
		err = set_online_patiently(cpu, true, &tries);
	return err ? fails(cpu, strerror(-err)) : true;
}

static void test_hotplug(int cpu)
{
	struct cpu_times before;

	if (!can_hotplug(cpu)) {
		ksft_test_result_skip("cpu%d after it was offline: it stays online\n", cpu);
		return;
	}
	ksft_test_result(!read_cpu_times(cpu, &before) && goes_and_comes(cpu) &&
			 goes_on_under_load(cpu, &before), "cpu%d after it was offline\n", cpu);
}

int main(void)
{
	int cpu, err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	err = read_cpulist(CPU_DIR "/online", &online);
	if (!err)
		err = count_messages();
	if (err)
		ksft_exit_fail_msg("%s\n", strerror(-err));
	if (!detected)
		ksft_exit_skip("the kernel has no PARAVIRT, or its SBI no steal time\n");

	if (computing != 1 || failed)
		ksft_exit_fail_msg("the host does not know where to count\n");

	ksft_set_plan(2 * CPU_COUNT(&online));
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		test_grows(cpu);
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online))
		test_hotplug(cpu);
	ksft_finished();
}
