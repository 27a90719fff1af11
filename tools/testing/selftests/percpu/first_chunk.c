// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first chunk is where the boot message says it is, and the kernel exports the
 * physical address of a per-CPU object in it, crash_notes.
 *
 * The page allocator registers one early vmalloc area for all units, the embed
 * allocator none.
 *
 * percpu_alloc=page gives the page allocator. A kernel without it only prints "unknown
 * allocator page specified" and uses the embed allocator.
 */
#include <string.h>

#include "first_chunk.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "proc_files.h"

#define NOT_EXPORTED	1

static struct phys_range notes[CPU_SETSIZE];

static void test_area(const struct first_chunk *chunk, int cpus)
{
	struct early_areas areas;
	int err = read_early_areas(chunk, cpus, &areas);

	if (err == -EOPNOTSUPP) {
		ksft_test_result_skip("vmalloc area: callers have no names (KALLSYMS)\n");
		return;
	}
	if (err)
		ksft_print_msg("/proc/vmallocinfo: %s\n", strerror(-err));
	else
		ksft_print_msg("%s: %d early vmalloc areas have %d units of %lu bytes\n",
			       chunk->is_page ? "page" : "embed", areas.matches, cpus,
			       chunk->unit_size);
	ksft_test_result(!err && areas.matches == chunk->is_page, "vmalloc area\n");
}

static void test_request(const struct first_chunk *chunk)
{
	char cmdline[VALUE_SIZE], wanted[16];
	int err;

	err = read_value("/proc/cmdline", cmdline, sizeof(cmdline));
	if (!err)
		err = cmdline_value(cmdline, "percpu_alloc", wanted, sizeof(wanted));
	if (err || strcmp(wanted, "page"))
		ksft_test_result_skip("percpu_alloc=page was not asked for\n");
	else
		ksft_test_result(chunk->is_page, "percpu_alloc=page is honoured\n");
}

static int read_notes(int cpu, struct phys_range *range)
{
	unsigned long long size;
	char path[96];
	int err;

	err = read_crash_notes(cpu, &range->start);
	if (err)
		return err;
	snprintf(path, sizeof(path), CPU_DIR "/cpu%d/crash_notes_size", cpu);
	err = read_number(path, 10, &size);
	if (err || !size)
		return err ? err : -EINVAL;
	range->last = range->start + size - 1;
	return 0;
}

static int overlapping_cpu(int cpu, const cpu_set_t *cpus)
{
	int other;

	for (other = next_cpu(-1, cpus); other >= 0; other = next_cpu(other, cpus))
		if (other != cpu && notes[other].last && notes[other].start <= notes[cpu].last &&
		    notes[cpu].start <= notes[other].last)
			return other;
	return -1;
}

static bool notes_are_good(int cpu, const cpu_set_t *cpus)
{
	int other = overlapping_cpu(cpu, cpus);
	struct phys_range ram;
	int err = iomem_find("System RAM", &notes[cpu], &ram);

	ksft_print_msg("cpu%d: crash_notes at %#llx-%#llx\n", cpu, notes[cpu].start,
		       notes[cpu].last);
	if (err == -ENOMSG)
		ksft_print_msg("cpu%d: that is no System RAM\n", cpu);
	else if (err)
		ksft_print_msg("cpu%d: /proc/iomem: %s\n", cpu, strerror(-err));
	if (other >= 0)
		ksft_print_msg("cpu%d: that is also cpu%d's\n", cpu, other);
	return !err && other < 0;
}

static void test_notes(int cpu, int err, const cpu_set_t *cpus)
{
	if (err == NOT_EXPORTED) {
		ksft_test_result_skip("crash_notes of cpu%d\n", cpu);
		return;
	}
	if (err)
		ksft_print_msg("cpu%d: crash_notes: %s\n", cpu, strerror(-err));
	ksft_test_result(!err && notes_are_good(cpu, cpus), "crash_notes of cpu%d\n", cpu);
}

/* Without KEXEC no CPU has the file. A CPU that is not present need not have it. */
static bool exports_notes(int cpu)
{
	char path[96];

	snprintf(path, sizeof(path), CPU_DIR "/cpu%d/crash_notes", cpu);
	return !access(path, F_OK);
}

static bool may_lack_notes(int cpu, const cpu_set_t *present, const cpu_set_t *possible)
{
	int other;

	if (!CPU_ISSET(cpu, present))
		return true;
	for (other = next_cpu(-1, possible); other >= 0; other = next_cpu(other, possible))
		if (exports_notes(other))
			return false;
	return true;
}

static void test_all_notes(const cpu_set_t *possible, const cpu_set_t *present)
{
	static int errors[CPU_SETSIZE];
	int cpu;

	for (cpu = next_cpu(-1, possible); cpu >= 0; cpu = next_cpu(cpu, possible)) {
		errors[cpu] = read_notes(cpu, &notes[cpu]);
		if (errors[cpu] == -ENOENT && may_lack_notes(cpu, present, possible))
			errors[cpu] = NOT_EXPORTED;
	}
	for (cpu = next_cpu(-1, possible); cpu >= 0; cpu = next_cpu(cpu, possible))
		test_notes(cpu, errors[cpu], possible);
}

int main(void)
{
	struct first_chunk chunk;
	cpu_set_t possible, present;

	begin_test();
	need_cpulist(CPU_DIR "/possible", &possible);
	need_cpulist(CPU_DIR "/present", &present);
	need_first_chunk(&chunk);

	ksft_set_plan(2 + CPU_COUNT(&possible));
	test_request(&chunk);
	test_area(&chunk, CPU_COUNT(&possible));
	test_all_notes(&possible, &present);
	ksft_finished();
}
