// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's rcutorture.ko while CPUs go offline and come online. Its readers
 * and writers count in static per-CPU data of the module, and RCU and SRCU keep
 * theirs for each CPU.
 *
 * percpu.seconds=<s> on the kernel's command line says for how long.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel_log.h"
#include "kernel_module.h"
#include "kselftest.h"
#include "percpu_test.h"

#define MODULE		"rcutorture"
#define SECONDS		60
#define STAT_SECONDS	"10"

/*
 * The interval of hotplug is in jiffies. Forward-progress tests measure speed, and
 * fail where an emulator has too little of it.
 */
#define PARAMETERS	"onoff_interval=50 onoff_holdoff=1 fwd_progress=0 stat_interval=" \
			STAT_SECONDS

static long online_attempts, offline_attempts;
static char end[32];
static int splats;

/* "onoff: <onlined>/<attempts>:<offlined>/<attempts> ..." of torture_onoff_stats() */
static void take_onoff(const char *text)
{
	long onlined, online, offlined, offline;

	if (sscanf(text, "%ld/%ld:%ld/%ld", &onlined, &online, &offlined, &offline) != 4)
		return;
	ksft_print_msg("onoff: %s\n", text);
	online_attempts = online;
	offline_attempts = offline;
}

static void take_message(const char *message)
{
	const char *found;

	found = log_find(message, "onoff: ");
	if (found)
		take_onoff(found);
	found = log_find(message, "End of test: ");
	if (found)
		sscanf(found, "%31[A-Z_]", end);
	if (!log_is_splat(message))
		return;
	ksft_print_msg("%s\n", message);
	splats++;
}

static void follow(struct kernel_log *log, long seconds)
{
	time_t stop = time(NULL) + seconds;
	int err;

	do {
		sleep(1);
		err = log_read(log, take_message);
		if (err)
			ksft_exit_fail_msg("/dev/kmsg: %s\n", strerror(-err));
	} while (time(NULL) < stop);
}

int main(void)
{
	struct kernel_log log;
	cpu_set_t before;
	long seconds;
	int err;

	begin_test();
	if (!module_exists(MODULE))
		ksft_exit_skip(MODULE_DIR "/" MODULE ".ko is not there (RCU_TORTURE_TEST=m)\n");
	seconds = cmdline_number("percpu.seconds", SECONDS);
	err = log_open(&log);
	if (err)
		ksft_exit_fail_msg("/dev/kmsg: %s\n", strerror(-err));
	need_cpulist(CPU_DIR "/online", &before);

	ksft_set_plan(5);
	err = module_load("torture", "");
	if (!err)
		err = module_load(MODULE, PARAMETERS);
	ksft_test_result(!err, MODULE " " PARAMETERS ": %s\n", strerror(-err));
	if (!err)
		follow(&log, seconds);
	err = module_unload(MODULE);
	if (!err)
		err = module_unload("torture");
	if (!err)
		err = log_read(&log, take_message);
	ksft_test_result(!err && !strcmp(end, "SUCCESS"), "ends with %s\n", *end ? end : "nothing");
	ksft_print_msg("%ld times online, %ld times offline\n", online_attempts, offline_attempts);
	ksft_test_result(online_attempts > 0 && offline_attempts > 0, "CPUs were switched\n");
	ksft_test_result(!splats, "no splat\n");
	ksft_test_result(all_online(&before), "all online again\n");
	ksft_finished();
}
