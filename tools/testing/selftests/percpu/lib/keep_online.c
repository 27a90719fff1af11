// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test that takes CPUs offline may end before they are online again: because it fails,
 * or because its time is up. So it continues in a child, and the parent restores the CPUs
 * when the child has ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keep_online.h"
#include "kselftest.h"
#include "percpu_test.h"

static void put_back(const cpu_set_t *present, const cpu_set_t *online)
{
	unsigned int busy = 0;
	bool wanted;
	int cpu, err;

	for (cpu = next_cpu(-1, present); cpu >= 0; cpu = next_cpu(cpu, present)) {
		wanted = CPU_ISSET(cpu, online);
		if (is_online(cpu) == wanted)
			continue;
		err = set_online_patiently(cpu, wanted, &busy);
		ksft_print_msg("cpu%d was left %s: put back: %s\n", cpu,
			       wanted ? "offline" : "online", strerror(-err));
	}
}

/* Ends as the child did, whose end a signal to this process hastens. */
static void follow(pid_t pid, const sigset_t *awaited, int *status)
{
	int number;

	do {
		sigwait(awaited, &number);
		if (number != SIGCHLD)
			kill(pid, number);
	} while (waitpid(pid, status, WNOHANG) != pid);
	/* What the child has started dies with it, and may still be at work on a CPU. */
	while (wait(NULL) > 0)
		;
}

static void end_like(int status)
{
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : KSFT_FAIL);
}

/**
 * keep_online - from here on, leave no CPU in another state than it is in now
 *
 * Returns in a child, which is the test. Ends the test as failed if that is not
 * possible.
 */
void keep_online(void)
{
	cpu_set_t present, online;
	sigset_t awaited, before;
	int status = 0;
	pid_t pid;

	need_cpulist(CPU_DIR "/present", &present);
	need_cpulist(CPU_DIR "/online", &online);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGHUP);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGTERM);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &awaited, &before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		return;
	}
	follow(pid, &awaited, &status);
	put_back(&present, &online);
	sigprocmask(SIG_SETMASK, &before, NULL);
	end_like(status);
}
