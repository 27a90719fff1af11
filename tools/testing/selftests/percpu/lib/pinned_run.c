// SPDX-License-Identifier: GPL-2.0-only
/* Processes that work on one CPU. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "percpu_test.h"
#include "pinned_run.h"

#define ROUNDS	20
#define PAGES	16
#define SECONDS	30

static int run_fails(struct pinned_run *run, const char *what)
{
	snprintf(run->why, sizeof(run->why), "%s: %s", what, strerror(errno));
	return -1;
}

static int check_place(struct pinned_run *run)
{
	unsigned int cpu, node;

	if (syscall(SYS_getcpu, &cpu, &node, NULL))
		return run_fails(run, "getcpu");
	if ((int)cpu == run->cpu && sched_getcpu() == run->cpu &&
	    (run->node < 0 || (int)node == run->node))
		return 0;
	snprintf(run->why, sizeof(run->why), "runs on cpu %u, node %u; sched_getcpu() says %d",
		 cpu, node, sched_getcpu());
	return -1;
}

static int touch_pages(struct pinned_run *run)
{
	size_t i, page = sysconf(_SC_PAGESIZE), size = PAGES * page;
	char *area;

	area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return run_fails(run, "mmap");
	for (i = 0; i < size; i += page)
		area[i] = 1;
	return munmap(area, size) ? run_fails(run, "munmap") : 0;
}

static int touch_heap(struct pinned_run *run)
{
	size_t size;
	char *area;

	for (size = 64; size <= 65536; size *= 4) {
		area = malloc(size);
		if (!area)
			return run_fails(run, "malloc");
		memset(area, run->cpu, size);
		free(area);
	}
	return 0;
}

static void work(struct pinned_run *run)
{
	int i;

	if (run_on_cpu(run->cpu)) {
		run_fails(run, "sched_setaffinity");
		return;
	}
	for (i = 0; i < ROUNDS; i++) {
		if (check_place(run) || touch_pages(run) || touch_heap(run))
			break;
		sched_yield();
	}
}

static void pinned_child(struct pinned_run *run, int report)
{
	size_t length;

	work(run);
	length = strlen(run->why);
	_exit(write(report, run->why, length) != (ssize_t)length);
}

/**
 * pinned_start - start a process that works on one CPU and nowhere else
 * @run: the process
 * @cpu: the CPU
 * @node: its node, or -1 if any will do
 *
 * With threads each unmapping would be a remote fence of all the CPUs that the
 * others run on: with 64 of them firmware has no time for anything else.
 *
 * Return: 0, or a negative errno.
 */
int pinned_start(struct pinned_run *run, int cpu, int node)
{
	int ends[2];

	run->cpu = cpu;
	run->node = node;
	run->why[0] = '\0';
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	run->pid = fork();
	if (!run->pid)
		pinned_child(run, ends[1]);
	close(ends[1]);
	run->report = ends[0];
	return run->pid < 0 ? -errno : 0;
}

static void read_report(struct pinned_run *run)
{
	struct pollfd report = { .fd = run->report, .events = POLLIN };
	ssize_t n;

	if (poll(&report, 1, SECONDS * 1000) != 1) {
		kill(run->pid, SIGKILL);
		snprintf(run->why, sizeof(run->why), "no end after %d s", SECONDS);
		return;
	}
	n = read(run->report, run->why, sizeof(run->why) - 1);
	run->why[MAX(n, 0)] = '\0';
}

/* Waits for the process. Returns NULL if it did all its work on its CPU, else why not. */
const char *pinned_join(struct pinned_run *run)
{
	int status;

	read_report(run);
	close(run->report);
	if (run->why[0])
		return run->why;
	if (waitpid(run->pid, &status, 0) != run->pid)
		return strerror(errno);
	if (WIFSIGNALED(status))
		return strsignal(WTERMSIG(status));
	return WEXITSTATUS(status) ? "its report was lost" : NULL;
}

/* Works on one CPU. Returns NULL, or why that failed. */
const char *pinned_work(struct pinned_run *run, int cpu, int node)
{
	int err = pinned_start(run, cpu, node);

	return err ? strerror(-err) : pinned_join(run);
}
