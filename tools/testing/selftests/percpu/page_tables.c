// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's page table maps the first chunk readable and writable, global, not
 * executable and not for user space. In page mode with 4 KiB pages, as many as all
 * units have, but for as many large ones as the kernel said at boot, none if it said
 * nothing; in embed mode as part of the linear map, in pages of any size.
 *
 * /sys/kernel/debug/kernel_page_tables has one line for neighbours that are mapped
 * alike (arch/riscv/mm/ptdump.c):
 *	0x<start>-0x<end>  0x<phys> <size>K PTE  . D A G . . W R V
 * What an entry has not is a dot or blank; what is longer than a letter, newer
 * kernels put there (RSW, PBMT).
 */
#include <limits.h>
#include <string.h>
#include <sys/param.h>

#include "first_chunk.h"
#include "kernel_memory.h"
#include "kselftest.h"
#include "percpu_test.h"

#define DEBUGFS		"/sys/kernel/debug"
#define PAGE_TABLES	DEBUGFS "/kernel_page_tables"
#define PAGE_SIZE	4096UL	/* RISC-V has no other */

/**
 * struct mapping - a line
 * @start: first address
 * @end: the address after the last one
 * @level: "PTE", "PMD", ...
 * @flags: the letters, in their order
 */
struct mapping {
	unsigned long start;
	unsigned long end;
	char level[8];
	char flags[16];
};

static struct mapping *mappings;
static size_t nr_mappings;

static void parse_flags(char *text, char flags[16])
{
	char *word, *rest = text;
	size_t count = 0;

	while ((word = strsep(&rest, " ")))
		if (strlen(word) == 1 && *word != '.' && count < 15)
			flags[count++] = *word;
	flags[count] = '\0';
}

static bool parse_mapping(char *line, struct mapping *mapping)
{
	int end = 0;

	if (sscanf(line, "0x%lx-0x%lx 0x%*x %*s %7s%n", &mapping->start, &mapping->end,
		   mapping->level, &end) != 3 || !end)
		return false;
	parse_flags(line + end, mapping->flags);
	return true;
}

static void add_mapping(const struct mapping *mapping)
{
	mappings = realloc(mappings, (nr_mappings + 1) * sizeof(*mappings));
	if (!mappings)
		ksft_exit_fail_msg("%s\n", strerror(ENOMEM));
	mappings[nr_mappings++] = *mapping;
}

static void read_page_tables(void)
{
	struct mapping mapping;
	char line[512];
	FILE *file;
	int err;

	err = mount_for_test("debugfs", DEBUGFS, PAGE_TABLES);
	file = err ? NULL : fopen(PAGE_TABLES, "r");
	if (!file)
		ksft_exit_skip(PAGE_TABLES ": %s (PTDUMP_DEBUGFS)\n",
			       strerror(err ? -err : errno));
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (parse_mapping(line, &mapping))
			add_mapping(&mapping);
	}
	fclose(file);
	if (!nr_mappings)
		ksft_exit_fail_msg(PAGE_TABLES ": no line that can be understood\n");
}

static bool has_right_flags(const struct mapping *mapping)
{
	return strchr(mapping->flags, 'V') && strchr(mapping->flags, 'R') &&
		strchr(mapping->flags, 'W') && strchr(mapping->flags, 'G') &&
		!strchr(mapping->flags, 'X') && !strchr(mapping->flags, 'U');
}

static bool is_right(const struct mapping *mapping, const struct first_chunk *chunk)
{
	return has_right_flags(mapping) &&
	       (!chunk->is_page || !strcmp(mapping->level, "PTE") ||
		(chunk->leaves && !strcmp(mapping->level, "PMD")));
}

/* Returns how many pages of [@start, @end) are mapped as they must be. */
static unsigned long count_right(unsigned long start, unsigned long end,
				 const struct first_chunk *chunk)
{
	unsigned long first, last, pages = 0;
	size_t i;

	for (i = 0; i < nr_mappings; i++) {
		first = MAX(mappings[i].start, start);
		last = MIN(mappings[i].end, end);
		if (first >= last)
			continue;
		if (is_right(&mappings[i], chunk))
			pages += (last - first) / PAGE_SIZE;
		else
			ksft_print_msg("%#lx-%#lx: %s %s\n", first, last, mappings[i].level,
				       mappings[i].flags);
	}
	return pages;
}

static void test_unit(int cpu, const struct first_chunk *chunk)
{
	unsigned long unit, pages = 0;
	int err;

	err = kernel_read_unit(cpu, &unit);
	if (err)
		ksft_print_msg("cpu%d: unit: %s\n", cpu, strerror(-err));
	else
		pages = count_right(unit, unit + chunk->pages * PAGE_SIZE, chunk);
	if (!err && pages != chunk->pages)
		ksft_print_msg("cpu%d: %lu of %lu pages at %#lx are mapped as they must be\n",
			       cpu, pages, chunk->pages, unit);
	ksft_test_result(!err && pages == chunk->pages, "unit of cpu%d\n", cpu);
}

/* Returns how many large mappings [@start, @end) has. Neighbours are one line. */
static unsigned long count_leaves(unsigned long start, unsigned long end, unsigned long size)
{
	unsigned long first, last, leaves = 0;
	size_t i;

	for (i = 0; i < nr_mappings; i++) {
		first = MAX(mappings[i].start, start);
		last = MIN(mappings[i].end, roundup(end, size));
		if (first < last && !strcmp(mappings[i].level, "PMD"))
			leaves += (last - first) / size;
	}
	return leaves;
}

static void test_leaves(const cpu_set_t *possible, const struct first_chunk *chunk)
{
	unsigned long unit, start = ULONG_MAX, end = 0, leaves = 0;
	int cpu, err = 0;

	for (cpu = next_cpu(-1, possible); cpu >= 0 && !err; cpu = next_cpu(cpu, possible)) {
		err = kernel_read_unit(cpu, &unit);
		start = MIN(start, unit);
		end = MAX(end, unit + chunk->unit_size);
	}
	if (!err && chunk->leaf_size)
		leaves = count_leaves(start, end, chunk->leaf_size);
	ksft_print_msg("large mappings: %lu, said at boot: %lu\n", leaves, chunk->leaves);
	ksft_test_result(!err && leaves == chunk->leaves, "large mappings\n");
}

/*
 * The dump visits each entry that points to KASAN's zero page, without rescheduling: half
 * a minute in sv57, and RCU reports a stall.
 */
static bool is_sv57(void)
{
	char mode[PAGING_SIZE];

	return !read_paging(mode) && !strcmp(mode, "sv57");
}

int main(void)
{
	struct first_chunk chunk;
	cpu_set_t possible;
	int cpu;

	begin_test();
	need_cpulist(CPU_DIR "/possible", &possible);
	need_first_chunk(&chunk);
	kernel_memory_open();
	if (kernel_symbols.kasan_shadow && is_sv57())
		ksft_exit_skip("dumping KASAN's shadow of sv57 stalls the CPU\n");
	read_page_tables();

	ksft_set_plan(CPU_COUNT(&possible) + 1);
	for (cpu = next_cpu(-1, &possible); cpu >= 0; cpu = next_cpu(cpu, &possible))
		test_unit(cpu, &chunk);
	if (chunk.is_page)
		test_leaves(&possible, &chunk);
	else
		ksft_test_result_skip("large mappings: embed has those of the linear map\n");
	ksft_finished();
}
