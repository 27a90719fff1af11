// SPDX-License-Identifier: GPL-2.0-only
/*
 * The units of the first chunk, seen through /proc/kcore:
 * - in page mode they tile the early vmalloc area, in embed mode they lie in the
 *   linear map and do not overlap;
 * - the kernel's page table maps each page of each unit, to a page of its own;
 * - it maps crash_notes to the physical address that the kernel exports, which is
 *   what per_cpu_ptr_to_phys() made of the same pointer;
 * - what the kernel wrote through a unit's address is found through the linear map,
 *   at the physical address: values of a per-CPU map of BPF, one for each CPU;
 * - a reader of /proc/kcore finds them at the units' addresses too, as a debugger looks
 *   for them.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include "first_chunk.h"
#include "kernel_memory.h"
#include "kselftest.h"
#include "percpu_map.h"
#include "percpu_test.h"

#define KPTR_RESTRICT	"/proc/sys/kernel/kptr_restrict"
#define PAGE_SIZE	4096UL	/* RISC-V has no other */
#define MAX_PAGES	1024
#define MAGIC		0x7063000000000000ULL	/* and the pid: what a test left behind stays */

static struct first_chunk chunk;
static cpu_set_t possible;
static unsigned long units[CPU_SETSIZE];
static unsigned long long pages[CPU_SETSIZE][MAX_PAGES];
static struct early_areas area;

static bool fails(int cpu, const char *what, unsigned long long address)
{
	ksft_print_msg("cpu%d: unit at %#lx: %s: %#llx\n", cpu, units[cpu], what, address);
	return false;
}

static bool overlaps_none(int cpu)
{
	int other;

	for (other = next_cpu(-1, &possible); other >= 0; other = next_cpu(other, &possible))
		if (other != cpu && units[cpu] < units[other] + chunk.unit_size &&
		    units[other] < units[cpu] + chunk.unit_size)
			return fails(cpu, "overlaps a unit", units[other]);
	return true;
}

/* There may be gaps between groups. */
static bool tiles_area(int cpu)
{
	static bool taken[CPU_SETSIZE];
	unsigned long index = (units[cpu] - area.start) / chunk.unit_size;

	if (units[cpu] < area.start || units[cpu] + chunk.unit_size > area.end)
		return fails(cpu, "not in the early area at", area.start);
	if (chunk.groups)
		return overlaps_none(cpu);
	if ((units[cpu] - area.start) % chunk.unit_size)
		return fails(cpu, "no multiple of the unit size from", area.start);
	if (taken[index])
		return fails(cpu, "another CPU's too", units[cpu]);
	taken[index] = true;
	return true;
}

static bool is_apart(int cpu)
{
	unsigned long long phys;

	if (kernel_linear_to_phys(units[cpu], &phys))
		return fails(cpu, "not in the linear map", units[cpu]);
	return overlaps_none(cpu);
}

/*
 * Starts a process that restores kptr_restrict when the other end of its pipe is closed: by
 * this test, or by its end, whatever ends it. No signal to the test's group reaches it.
 * Returns that end, or a negative errno.
 */
static int keep_kptr_restrict(const char *value)
{
	int ends[2];
	pid_t pid;
	char c;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		setsid();
		close(ends[1]);
		_exit(read(ends[0], &c, 1) || write_value(KPTR_RESTRICT, value));
	}
	close(ends[0]);
	return pid < 0 ? -errno : ends[1];
}

/* Root sees addresses with kptr_restrict=1 only. */
static int read_area(void)
{
	char before[16];
	int keeper, err;

	err = read_value(KPTR_RESTRICT, before, sizeof(before));
	if (err)
		return err;
	keeper = keep_kptr_restrict(before);
	if (keeper < 0)
		return keeper;
	err = write_value(KPTR_RESTRICT, "1");
	if (!err)
		err = read_early_areas(&chunk, CPU_COUNT(&possible), &area);
	close(keeper);
	wait(NULL);
	return !err && !area.matches ? -ENOMSG : err;
}

static void test_places(void)
{
	int cpu, err = 0;
	bool ok;

	if (chunk.is_page)
		err = read_area();
	ok = !err;
	if (err)
		ksft_print_msg("early area in /proc/vmallocinfo: %s\n", strerror(-err));
	for (cpu = next_cpu(-1, &possible); cpu >= 0 && !err; cpu = next_cpu(cpu, &possible))
		ok &= chunk.is_page ? tiles_area(cpu) : is_apart(cpu);
	ksft_test_result(ok, "units are %s\n",
			 chunk.is_page ? "in the early area" : "in the linear map");
}

static bool translate_unit(int cpu)
{
	unsigned long address;
	unsigned long i;
	int err;

	for (i = 0; i < chunk.pages; i++) {
		address = units[cpu] + i * PAGE_SIZE;
		err = kernel_mapped_to_phys(address, &pages[cpu][i]);
		if (err)
			return fails(cpu, strerror(-err), address);
	}
	return true;
}

static int compare_pages(const void *a, const void *b)
{
	unsigned long long x = *(const unsigned long long *)a, y = *(const unsigned long long *)b;

	return x < y ? -1 : x > y;
}

/* Returns a page that is there twice, or 0. */
static unsigned long long find_shared_page(void)
{
	static unsigned long long all[CPU_SETSIZE * MAX_PAGES];
	size_t i, count = 0;
	int cpu;

	for (cpu = next_cpu(-1, &possible); cpu >= 0; cpu = next_cpu(cpu, &possible)) {
		memcpy(all + count, pages[cpu], chunk.pages * sizeof(*all));
		count += chunk.pages;
	}
	qsort(all, count, sizeof(*all), compare_pages);
	for (i = 1; i < count; i++)
		if (all[i] == all[i - 1])
			return all[i];
	return 0;
}

static bool test_pages(void)
{
	unsigned long long shared;
	bool ok = true;
	int cpu;

	for (cpu = next_cpu(-1, &possible); cpu >= 0; cpu = next_cpu(cpu, &possible))
		ok &= translate_unit(cpu);
	shared = find_shared_page();
	if (ok && shared)
		ksft_print_msg("the page at %#llx is mapped twice\n", shared);
	ksft_test_result(ok && !shared, "each page has memory of its own\n");
	return ok;
}

static bool notes_agree(int cpu, unsigned long pointer, unsigned long long exported)
{
	unsigned long long phys;
	unsigned long offset;
	int err;

	err = kernel_read_offset(cpu, &offset);
	if (!err)
		err = kernel_mapped_to_phys(pointer + offset, &phys);
	if (err)
		return fails(cpu, strerror(-err), pointer);
	if (phys == exported)
		return true;
	fails(cpu, "the kernel exports crash_notes at", exported);
	return fails(cpu, "but maps it to", phys);
}

static void test_notes(void)
{
	unsigned long long exported, where = kernel_image_to_phys(kernel_symbols.crash_notes);
	unsigned long pointer;
	int cpu, err, count = 0;
	bool ok = true;

	err = kernel_symbols.crash_notes ? kernel_read_phys(where, &pointer, sizeof(pointer)) :
		-ENOENT;
	for (cpu = next_cpu(-1, &possible); cpu >= 0 && !err; cpu = next_cpu(cpu, &possible)) {
		err = read_crash_notes(cpu, &exported);
		if (err == -ENOENT) {
			err = 0;
			continue;
		}
		if (err)
			break;
		count++;
		ok &= notes_agree(cpu, pointer, exported);
	}
	if (err == -ENOENT || (!err && !count)) {
		ksft_test_result_skip("crash_notes is where the kernel says (KEXEC)\n");
		return;
	}
	if (err)
		ksft_print_msg("crash_notes: %s\n", strerror(-err));
	ksft_test_result(ok && !err, "crash_notes is where the kernel says\n");
}

/* Returns the offset of @value in a unit, -ENOENT if it is not there, or another errno. */
static long find_value(int cpu, uint64_t value)
{
	uint64_t words[PAGE_SIZE / sizeof(value)];
	unsigned long i, word;
	int err;

	for (i = 0; i < chunk.pages; i++) {
		err = kernel_read_phys(pages[cpu][i], words, sizeof(words));
		if (err)
			return err;
		for (word = 0; word < ARRAY_SIZE(words); word++)
			if (words[word] == value)
				return i * PAGE_SIZE + word * sizeof(value);
	}
	return -ENOENT;
}

static bool value_is_at(int cpu, uint64_t value, long offset)
{
	long found = find_value(cpu, value);

	if (found == offset)
		return true;
	ksft_print_msg("cpu%d: %#llx was written at %#lx of the unit, ", cpu,
		       (unsigned long long)value, offset);
	if (found < 0)
		printf("found: %s\n", strerror(-found));
	else
		printf("found at %#lx\n", found);
	return false;
}

/*
 * Returns the offset of a value that is in the first chunk, or a negative errno. The unit of
 * any CPU will do: where the first one's is found elsewhere, the chunk is not full.
 */
static long write_values(uint64_t values[CPU_SETSIZE])
{
	int map, cpu, first = next_cpu(-1, &possible), index = 0;
	long found;

	map = percpu_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(*values), 1);
	if (map < 0)
		return map;
	for (cpu = first; cpu >= 0; cpu = next_cpu(cpu, &possible))
		values[index++] = MAGIC + ((uint64_t)getpid() << 16) + cpu;
	found = percpu_map_update(map, 0, values);
	if (found)
		return found;
	found = -ENOENT;
	for (cpu = first; cpu >= 0 && found == -ENOENT; cpu = next_cpu(cpu, &possible))
		found = find_value(cpu, values[0]);
	return found;
}

static bool value_is_read(int cpu, uint64_t value, long offset)
{
	uint64_t found;
	int err = kernel_read(units[cpu] + offset, &found, sizeof(found));

	if (err)
		return fails(cpu, strerror(-err), units[cpu] + offset);
	if (found == value)
		return true;
	fails(cpu, "holds", value);
	return fails(cpu, "but /proc/kcore reads", found);
}

static bool check_values(const uint64_t *values, long offset,
			 bool (*check)(int cpu, uint64_t value, long offset))
{
	int cpu;

	for (cpu = next_cpu(-1, &possible); cpu >= 0; cpu = next_cpu(cpu, &possible))
		if (!check(cpu, *values++, offset))
			return false;
	return true;
}

static void skip_values(const char *why)
{
	ksft_test_result_skip("values are where they were written: %s\n", why);
	ksft_test_result_skip("values are read at their addresses: %s\n", why);
}

static void test_values(void)
{
	static uint64_t values[CPU_SETSIZE];
	long offset;
	bool ok;

	if (!percpu_map_supported()) {
		skip_values("BPF_SYSCALL");
		return;
	}
	offset = write_values(values);
	if (offset == -ENOENT) {
		skip_values("chunk is full");
		return;
	}
	if (offset < 0)
		ksft_print_msg("per-CPU map: %s\n", strerror(-offset));
	ok = offset >= 0 && check_values(values, offset, value_is_at);
	ksft_test_result(ok, "values are where they were written\n");
	if (ok)
		ksft_test_result(check_values(values, offset, value_is_read),
				 "values are read at their addresses\n");
	else
		ksft_test_result_skip("values are read at their addresses: they are elsewhere\n");
}

static void read_all(void)
{
	int cpu, err;

	need_cpulist(CPU_DIR "/possible", &possible);
	need_first_chunk(&chunk);
	if (chunk.pages > MAX_PAGES)
		ksft_exit_fail_msg("units of %lu pages\n", chunk.pages);
	kernel_memory_open();
	for (cpu = next_cpu(-1, &possible); cpu >= 0; cpu = next_cpu(cpu, &possible)) {
		err = kernel_read_unit(cpu, &units[cpu]);
		if (err)
			ksft_exit_fail_msg("cpu%d: unit: %s\n", cpu, strerror(-err));
	}
}

int main(void)
{
	begin_test();
	read_all();
	ksft_set_plan(5);
	test_places();
	if (test_pages()) {
		test_notes();
		test_values();
	} else {
		ksft_test_result_skip("crash_notes: a unit is not mapped\n");
		skip_values("a unit is not mapped");
	}
	ksft_finished();
}
