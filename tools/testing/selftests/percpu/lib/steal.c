// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that keeps more CPUs busy than its host has accrues steal time, even if the host
 * has no other work.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest.h"
#include "percpu_test.h"
#include "steal.h"

#define SECONDS		20
#define TICKS		3	/* of /proc/stat, 10 ms each */

static pid_t spinners[CPU_SETSIZE];
static int nr_spinners;

/**
 * read_cpu_times - read a CPU's line of /proc/stat
 * @cpu: the CPU
 * @times: what it says
 *
 * Return: 0, -ENOENT if it has none or no column for stolen time, or another
 * negative errno.
 */
int read_cpu_times(int cpu, struct cpu_times *times)
{
	char line[512], name[16];
	int err = -ENOENT;
	FILE *stat;

	stat = fopen("/proc/stat", "r");
	if (!stat)
		return -errno;
	snprintf(name, sizeof(name), "cpu%d ", cpu);
	while (err && fgets(line, sizeof(line), stat))
		if (!strncmp(line, name, strlen(name)) &&
		    sscanf(line, "%*s %lld %*d %*d %*d %*d %*d %*d %lld", &times->user,
			   &times->steal) == 2)
			err = 0;
	fclose(stat);
	return err;
}

static void spin(int cpu)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (run_on_cpu(cpu))
		_exit(1);
	for (;;)
		asm volatile("" : : : "memory");
}

/**
 * load_start - keep all CPUs busy that are online
 *
 * Ends the test as failed if that is not possible.
 */
void load_start(void)
{
	cpu_set_t online;
	pid_t pid;
	int cpu;

	need_cpulist(CPU_DIR "/online", &online);
	for (cpu = next_cpu(-1, &online); cpu >= 0; cpu = next_cpu(cpu, &online)) {
		pid = fork();
		if (!pid)
			spin(cpu);
		if (pid < 0)
			ksft_exit_fail_msg("fork: %s\n", strerror(errno));
		spinners[nr_spinners++] = pid;
	}
}

/* Ends what load_start() began. */
void load_stop(void)
{
	while (nr_spinners) {
		kill(spinners[--nr_spinners], SIGKILL);
		waitpid(spinners[nr_spinners], NULL, 0);
	}
}

static bool grows(int cpu, const struct cpu_times *before)
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
	if (err)
		ksft_print_msg("cpu%d: %s\n", cpu, strerror(-err));
	return false;
}

/**
 * steal_goes_on - does stolen time grow, under load on all CPUs?
 * @cpu: whose
 * @before: what was counted then must not be lost
 *
 * Return: true if the CPU both works and waits, and the sum goes on from @before.
 */
bool steal_goes_on(int cpu, const struct cpu_times *before)
{
	bool ok;

	load_start();
	ok = grows(cpu, before);
	load_stop();
	return ok;
}
