// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own tools/testing/selftests/cpu-hotplug/cpu-on-off-test.sh, as it is
 * in the tree: all CPUs but the last one go offline and come online again.
 *
 * It is written for bash. BusyBox's shell runs it, but does not set UID.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "kselftest.h"
#include "percpu_test.h"

#define SCRIPT		"/tests/cpu-on-off-test.sh"
#define BUSYBOX		"/bin/busybox"
#define APPLETS		"/tmp/applets"

static void print_line(const char *line)
{
	ksft_print_msg("%s\n", line);
}

/* The script calls commands by name. */
static int install_applets(void)
{
	static const char *const argv[] = { BUSYBOX, "--install", "-s", APPLETS, NULL };

	if (mkdir(APPLETS, 0755) && errno != EEXIST)
		return -errno;
	setenv("PATH", APPLETS, 1);
	return command_run(argv, print_line);
}

static int run_script(void)
{
	static const char *const argv[] = { BUSYBOX, "sh", SCRIPT, "-a", NULL };

	setenv("UID", "0", 1);
	return command_run(argv, print_line);
}

int main(void)
{
	cpu_set_t before;
	int status;

	begin_test();
	if (access(SCRIPT, F_OK))
		ksft_exit_skip(SCRIPT " is not there\n");
	need_cpulist(CPU_DIR "/online", &before);
	status = install_applets();
	if (status)
		ksft_exit_fail_msg(APPLETS ": status %d\n", status);
	status = run_script();
	if (status == KSFT_SKIP)
		ksft_exit_skip(SCRIPT " cannot run here\n");

	ksft_set_plan(2);
	ksft_test_result(!status, SCRIPT " -a: status %d\n", status);
	ksft_test_result(all_online(&before), "all online again\n");
	ksft_finished();
}
