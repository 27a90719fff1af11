// SPDX-License-Identifier: GPL-2.0-only
/*
 * States facts about the running machine, one "# fact <key> <value>" line each.
 * Nothing is judged here but that the fact can be read.
 */
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>

#include "first_chunk.h"
#include "kselftest.h"
#include "percpu_test.h"

/* Another architecture does not have it, or the log has lost it. */
static bool is_lacking(int err)
{
	return err == -EOPNOTSUPP || err == -ENODATA;
}

static void state_fact(const char *key, int err, const char *value)
{
	if (is_lacking(err)) {
		ksft_test_result_skip("%s: %s\n", key, strerror(-err));
		return;
	}
	if (err)
		ksft_print_msg("%s: %s\n", key, strerror(-err));
	else
		ksft_print_msg("fact %s %s\n", key, value);
	ksft_test_result(!err, "%s\n", key);
}

static void state_number(const char *key, int err, unsigned long number)
{
	char value[24];

	snprintf(value, sizeof(value), "%lu", number);
	state_fact(key, err, value);
}

static void state_file(const char *key, const char *path)
{
	char value[VALUE_SIZE];

	state_fact(key, read_value(path, value, sizeof(value)), value);
}

static int format_cpu_nodes(char *value, size_t size)
{
	int nodes[CPU_SETSIZE], cpu, err;
	size_t used = 0;

	value[0] = '\0';
	err = read_cpu_nodes(nodes);
	for (cpu = 0; cpu < CPU_SETSIZE && !err; cpu++) {
		if (nodes[cpu] < 0)
			continue;
		used += snprintf(value + used, size - used, "%s%d:%d", used ? " " : "",
				 cpu, nodes[cpu]);
		if (used >= size)
			err = -EFBIG;
	}
	if (err != -ENOENT)
		return err;
	snprintf(value, size, "none");
	return 0;
}

static void state_cpu_nodes(void)
{
	char value[4 * VALUE_SIZE];

	state_fact("cpu_node", format_cpu_nodes(value, sizeof(value)), value);
}

/* The boot hart varies, and with it which hart is CPU 0. */
static int format_cpu_harts(char *value, size_t size)
{
	unsigned long hart;
	size_t used = 0;
	int cpu = -1;
	char line[1024];
	FILE *cpuinfo;

	value[0] = '\0';
	cpuinfo = fopen("/proc/cpuinfo", "r");
	if (!cpuinfo)
		return -errno;
	while (used < size && fgets(line, sizeof(line), cpuinfo)) {
		if (sscanf(line, "processor : %d", &cpu) == 1)
			continue;
		if (sscanf(line, "hart : %lu", &hart) == 1)
			used += snprintf(value + used, size - used, "%s%d:%lu",
					 used ? " " : "", cpu, hart);
	}
	fclose(cpuinfo);
	if (used >= size)
		return -EFBIG;
	return used ? 0 : -ENOMSG;
}

static void state_cpu_harts(void)
{
	char value[4 * VALUE_SIZE];

	state_fact("cpu_hart", is_riscv64() ? format_cpu_harts(value, sizeof(value)) : -EOPNOTSUPP,
		   value);
}

/* crash_notes is a per-CPU object: the only address in a unit that the kernel exports. */
static int format_cpu_units(char *value, size_t size)
{
	unsigned long long start;
	cpu_set_t possible;
	size_t used = 0;
	int cpu, err;

	snprintf(value, size, "none");
	err = read_cpulist(CPU_DIR "/possible", &possible);
	if (err)
		return err;
	for (cpu = next_cpu(-1, &possible); cpu >= 0; cpu = next_cpu(cpu, &possible)) {
		err = read_crash_notes(cpu, &start);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		used += snprintf(value + used, size - used, "%s%d:%#llx", used ? " " : "",
				 cpu, start);
		if (used >= size)
			return -EFBIG;
	}
	return 0;
}

static void state_cpu_units(void)
{
	char value[4 * VALUE_SIZE];

	state_fact("cpu_unit", format_cpu_units(value, sizeof(value)), value);
}

static void state_paging(void)
{
	char mode[PAGING_SIZE];

	state_fact("paging", is_riscv64() ? read_paging(mode) : -EOPNOTSUPP, mode);
}

static void state_first_chunk(void)
{
	struct first_chunk chunk = {};
	int err;

	err = read_first_chunk(&chunk);
	state_fact("first_chunk", err, chunk.is_page ? "page" : "embed");
	state_number("first_chunk_pages", err, chunk.pages);
	state_number("first_chunk_static", err, chunk.static_size);
	state_number("first_chunk_reserved", err, chunk.reserved_size);
	state_number("first_chunk_dynamic", err, chunk.dyn_size);
}

static void state_request(void)
{
	char cmdline[VALUE_SIZE], value[VALUE_SIZE];
	int err;

	err = read_value("/proc/cmdline", cmdline, sizeof(cmdline));
	if (!err && cmdline_value(cmdline, "percpu_alloc", value, sizeof(value)))
		snprintf(value, sizeof(value), "none");
	state_fact("percpu_requested", err, value);
}

static void state_release(void)
{
	struct utsname name;
	int err;

	err = uname(&name) ? -errno : 0;
	state_fact("release", err, name.release);
}

int main(void)
{
	begin_test();
	ksft_set_plan(14);
	state_file("cpus_online", CPU_DIR "/online");
	state_file("cpus_possible", CPU_DIR "/possible");
	state_file("cpus_present", CPU_DIR "/present");
	state_cpu_nodes();
	state_cpu_harts();
	state_cpu_units();
	state_paging();
	state_first_chunk();
	state_request();
	state_release();
	ksft_finished();
}
