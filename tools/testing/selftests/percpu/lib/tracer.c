// SPDX-License-Identifier: GPL-2.0-only
/* The tracer of events and of functions, and its buffers, one for each CPU. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "percpu_test.h"
#include "tracer.h"

#define SWITCH_EVENT	"sched:sched_switch"
#define IDLE_EVENT	"power:cpu_idle"
#define IDLE_START	"cpu_idle: state="
#define IDLE		IDLE_START "%*u cpu_id=%d"

/* Of the buffer of a CPU: small, so that all of it is read in no time */
#define BUFFER_KB	"8"

static int write_file(const struct tracer *tracer, const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", tracer->dir, name);
	return write_value(path, value);
}

/**
 * tracer_supported - can the kernel trace?
 *
 * Mounts tracefs for the test if that is not mounted.
 *
 * Return: true if it can.
 */
bool tracer_supported(void)
{
	return !mount_for_test("tracefs", TRACEFS, TRACEFS "/instances");
}

/**
 * tracer_knows_functions - can the kernel trace each function?
 *
 * Return: true if it can, and tracefs is mounted.
 */
bool tracer_knows_functions(void)
{
	char names[128];

	return !read_value(TRACEFS "/available_tracers", names, sizeof(names)) &&
		strstr(names, TRACE_FUNCTIONS);
}

/**
 * tracer_stat - read what the tracer counts for a CPU
 * @dir: TRACEFS, or the directory of an instance
 * @cpu: the CPU
 * @name: what, as in the file "stats"
 *
 * Return: the number, 0 if there is none.
 */
unsigned long long tracer_stat(const char *dir, int cpu, const char *name)
{
	unsigned long long number = 0;
	size_t length = strlen(name);
	char path[128], line[128];
	FILE *stats;

	snprintf(path, sizeof(path), "%s/per_cpu/cpu%d/stats", dir, cpu);
	stats = fopen(path, "r");
	if (!stats)
		return 0;
	while (fgets(line, sizeof(line), stats))
		if (!strncmp(line, name, length) && sscanf(line + length, ": %llu", &number) == 1)
			break;
	fclose(stats);
	return number;
}

/**
 * tracer_begin - make an instance of the tracer
 * @tracer: filled in; tracer_end() removes what it stands for
 * @type: TRACE_FUNCTIONS, which it does from here on, or TRACE_EVENTS, see tracer_switch()
 *
 * Return: 0, or a negative errno.
 */
int tracer_begin(struct tracer *tracer, const char *type)
{
	int err;

	snprintf(tracer->dir, sizeof(tracer->dir), TRACEFS "/instances/percpu.%d.%s", getpid(),
		 type);
	if (mkdir(tracer->dir, 0700))
		return -errno;
	err = write_file(tracer, "buffer_size_kb", BUFFER_KB);
	if (!err)
		err = write_file(tracer, "current_tracer", type);
	if (err)
		tracer_end(tracer);
	return err;
}

/**
 * tracer_switch - trace events, or keep what was recorded as it is
 * @tracer: the tracer
 * @on: which of it
 *
 * Return: 0, or a negative errno.
 */
int tracer_switch(const struct tracer *tracer, bool on)
{
	int err;

	if (!on)
		return write_file(tracer, "events/enable", "0");
	err = write_file(tracer, "set_event", SWITCH_EVENT);
	return err ? : write_file(tracer, "set_event", IDLE_EVENT);
}

/**
 * tracer_recorded - count what a CPU has recorded since the beginning
 * @tracer: the tracer; if it is not off, the number may be too large
 * @cpu: the CPU
 *
 * Return: how many records there were, whether overwritten, read, or still there.
 */
unsigned long long tracer_recorded(const struct tracer *tracer, int cpu)
{
	return tracer_stat(tracer->dir, cpu, "entries") + tracer_stat(tracer->dir, cpu, "overrun") +
		tracer_stat(tracer->dir, cpu, "read events");
}

/**
 * tracer_idle_records - read from the buffer of a CPU which CPUs became idle
 * @tracer: the tracer, which is off
 * @cpu: the CPU
 *
 * Takes the records out: to open the file of those that stay waits for RCU.
 *
 * Return: how many records name it, or -1 - <the other CPU that one of them names>.
 */
int tracer_idle_records(const struct tracer *tracer, int cpu)
{
	char path[128], line[512], *record;
	int fd, idle, count = 0;
	FILE *trace;

	snprintf(path, sizeof(path), "%s/per_cpu/cpu%d/trace_pipe", tracer->dir, cpu);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	trace = fd < 0 ? NULL : fdopen(fd, "r");
	if (!trace)
		return 0;
	while (count >= 0 && fgets(line, sizeof(line), trace)) {
		record = strstr(line, IDLE_START);
		if (record && sscanf(record, IDLE, &idle) == 1)
			count = idle == cpu ? count + 1 : -1 - idle;
	}
	fclose(trace);
	return count;
}

/**
 * tracer_end - remove an instance of the tracer
 * @tracer: the tracer
 *
 * Return: 0, or a negative errno.
 */
int tracer_end(const struct tracer *tracer)
{
	return rmdir(tracer->dir) ? -errno : 0;
}
