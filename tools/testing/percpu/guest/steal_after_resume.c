// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel withdraws the boot CPU's steal_time when it suspends, and registers it again
 * when it resumes: hotplug does that for the other CPUs, but the boot CPU is the last one.
 * The host then clears the memory and counts from zero; what /proc/stat shows continues
 * from where it was.
 *
 * It is a hibernation as far as pm_test=core does it, without the image. KVM never stops
 * the hart then. So this sees that the host is called, and not the effects of a kernel that
 * does not call it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel_memory.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "steal.h"
#include "steal_memory.h"
#include "suspend.h"

#define TEST_DELAY	"/sys/module/hibernate/parameters/pm_test_delay"
#define BOOT_CPU	0
#define SECONDS		60
#define ENOUGH		2000000000ULL	/* ns: more than is stolen before we look again */

static unsigned long long phys;

static int suspend_but_for_image(void)
{
	int err;

	write_value(TEST_DELAY, "1");	/* second instead of five, where one can choose */
	err = write_value(POWER "/pm_test", "core");
	return err ? err : suspend_to_disk();
}

/* Waits until the host has counted so much that a restart from zero shows. */
static bool has_enough(struct sta *before)
{
	time_t deadline = time(NULL) + SECONDS;

	load_start();
	do {
		usleep(50000);
		*before = steal_memory_read(phys);
	} while (before->steal < ENOUGH && time(NULL) < deadline);
	load_stop();
	*before = steal_memory_read(phys);
	ksft_print_msg("%#llx: sequence %u, stolen %llu ns\n", phys, before->sequence,
		       before->steal);
	return before->steal >= ENOUGH;
}

static bool restarts(const struct sta *before)
{
	struct sta after;
	int err;

	err = suspend_but_for_image();
	after = steal_memory_read(phys);
	if (err)
		ksft_exit_fail_msg("suspend: %s\n", strerror(-err));
	ksft_print_msg("%#llx: sequence %u, stolen %llu ns\n", phys, after.sequence, after.steal);
	return after.steal < before->steal;
}

int main(void)
{
	struct cpu_times times;
	struct sta before;
	int err;

	begin_test();
	if (access(POWER "/pm_test", W_OK))
		ksft_exit_skip(POWER "/pm_test: %s (HIBERNATION, PM_DEBUG)\n", strerror(errno));
	kernel_memory_open();
	phys = steal_memory_find(BOOT_CPU);

	ksft_set_plan(3);
	ksft_test_result(has_enough(&before), "the host counts\n");
	err = read_cpu_times(BOOT_CPU, &times);
	if (err)
		ksft_exit_fail_msg("/proc/stat: cpu%d: %s\n", BOOT_CPU, strerror(-err));
	ksft_test_result(restarts(&before), "the host counts from zero again\n");
	ksft_test_result(steal_goes_on(BOOT_CPU, &times), "what the kernel shows continues\n");
	ksft_finished();
}
