// SPDX-License-Identifier: GPL-2.0-only
/*
 * Those of stress-ng's stressors that take and free per-CPU memory, each for some seconds
 * on all CPUs and with its own checks (--verify).
 *
 * percpu.seconds=<s> on the kernel's command line says for how long each.
 */
#include <string.h>
#include <sys/wait.h>

#include "kselftest.h"
#include "percpu_test.h"

#define PROGRAM		"/bin/stress-ng"
/* cpu-online counts as pathological, because some machines do not survive it */
#define OPTIONS		" --pathological --verify --metrics-brief --temp-path /tmp"
#define SECONDS		5
#define INSTANCES	2

/* "EXIT STATUS" of stress-ng(1) */
#define STATUS_NO_RESOURCE	3
#define STATUS_NOT_IMPLEMENTED	4

static const char *const stressors[] = {
	/* hotplug, tasks that move */
	"cpu-online", "affinity", "switch", "membarrier", "rseq",
	/* namespaces, mounts, control groups */
	"clone", "unshare", "tmpfs", "cgroup", "mq", "inotify",
	/* sockets */
	"sock", "sockpair", "sockmany", "udp", "tun", "netdev", "netlink-proc", "netlink-task",
	/* timers and events */
	"timer", "timerfd", "hrtimers", "eventfd", "epoll", "fork",
};

static long seconds;

/*
 * What stress-ng says about a run. Its exit status is 0 as well when all instances were
 * skipped, or failed in a way that counts as no work.
 */
static struct {
	int passed;
	int skipped;
	int failures;
	char reason[256];
} run;

/* "stress-ng: info:  [48] passed: 2: clone (2)" */
static void take_line(const char *line)
{
	const char *text = strstr(line, "] ");

	ksft_print_msg("%s\n", line);
	if (strstr(line, "stress-ng: fail:"))
		run.failures++;
	if (!text)
		return;
	if (sscanf(text, "] passed: %d", &run.passed) == 1 ||
	    sscanf(text, "] skipped: %d", &run.skipped) == 1)
		return;
	if (strstr(text, "skipping") && !*run.reason)
		snprintf(run.reason, sizeof(run.reason), "%s", text + 2);
}

/* Returns the exit status. */
static int run_program(const char *name)
{
	char command[256], line[1024];
	FILE *output;
	int status;

	memset(&run, 0, sizeof(run));
	snprintf(command, sizeof(command), PROGRAM OPTIONS " --%s %d --timeout %ld 2>&1", name,
		 INSTANCES, seconds);
	fflush(stdout);
	output = popen(command, "r");
	if (!output)
		return -errno;
	while (fgets(line, sizeof(line), output)) {
		line[strcspn(line, "\n")] = '\0';
		take_line(line);
	}
	status = pclose(output);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_stressor(const char *name)
{
	int status = run_program(name);

	if (run.skipped && !run.passed && !run.failures &&
	    (!status || status == STATUS_NO_RESOURCE || status == STATUS_NOT_IMPLEMENTED))
		ksft_test_result_skip("%s: %s\n", name,
				      *run.reason ? run.reason : "cannot run here");
	else
		ksft_test_result(!status && run.passed == INSTANCES && !run.failures,
				 "%s: status %d, %d of %d passed, %d failures\n", name, status,
				 run.passed, INSTANCES, run.failures);
}

int main(void)
{
	cpu_set_t before;
	size_t i;

	begin_test();
	if (access(PROGRAM, X_OK))
		ksft_exit_skip(PROGRAM " is not in this initramfs\n");
	seconds = cmdline_number("percpu.seconds", SECONDS);
	need_cpulist(CPU_DIR "/online", &before);

	if (system("/bin/busybox ip link set lo up"))
		ksft_print_msg("lo stays down\n");
	ksft_set_plan(ARRAY_SIZE(stressors) + 1);
	for (i = 0; i < ARRAY_SIZE(stressors); i++)
		test_stressor(stressors[i]);
	ksft_test_result(all_online(&before), "all online again\n");
	ksft_finished();
}
