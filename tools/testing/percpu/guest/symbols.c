// SPDX-License-Identifier: GPL-2.0-only
/*
 * States which functions of the series the kernel has built in, for the survey of
 * third-party kernels: one fact, NAME:TYPE:START-END for each. TYPE is nm's. START and END,
 * which is where the next symbol starts, are offsets in the Image, or 0 where the kernel
 * hides its addresses.
 */
#include <stdbool.h>
#include <string.h>

#include "kselftest.h"
#include "proc_files.h"

/* The Image starts at such an address, and less than this below its first symbol. */
#define IMAGE_ALIGN	(2UL << 20)

struct symbol {
	const char *name;
	char type;
	unsigned long start;
	unsigned long end;
};

static struct symbol symbols[] = {
	{ .name = "pcpu_page_first_chunk" },
	{ .name = "boot_data" },
	{ .name = "kasan_report" },
	{ .name = "kasan_populate_early_vm_area_shadow" },
	{ .name = "pv_time_init" },
	{ .name = "pv_time_cpu_online" },
	{ .name = "sbi_sta_steal_time_set_shmem" },
	{ .name = "per_cpu_ptr_to_phys" },
	{ .name = "local_flush_tlb_all" },
	{ .name = "local_flush_tlb_kernel_range" },
	{ .name = "flush_tlb_all" },
	{ .name = "flush_tlb_kernel_range" },
};

static unsigned long image;	/* address of its start */

/* The compiler may have added to it, as in NAME.constprop.0. */
static bool is_named(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(symbol, name, length) && (!symbol[length] || symbol[length] == '.');
}

/* The list is in the order of addresses. The name of a module's symbol has more words. */
static void take_symbol(unsigned long address, char type, const char *name)
{
	size_t i;

	if (strchr(name, '['))
		return;
	if (!image && strchr("tT", type))
		image = address & ~(IMAGE_ALIGN - 1);
	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		if (symbols[i].type && !symbols[i].end && address > symbols[i].start)
			symbols[i].end = address;
		if (!symbols[i].type && is_named(name, symbols[i].name)) {
			symbols[i].type = type;
			symbols[i].start = address;
		}
	}
}

static unsigned long offset(unsigned long address)
{
	return image && address > image ? address - image : 0;
}

static void state_symbols(void)
{
	size_t i;

	printf("# fact symbols");
	for (i = 0; i < ARRAY_SIZE(symbols); i++)
		if (symbols[i].type)
			printf(" %s:%c:%#lx-%#lx", symbols[i].name, symbols[i].type,
			       offset(symbols[i].start), offset(symbols[i].end));
	printf("\n");
}

int main(void)
{
	int count;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	ksft_set_plan(1);
	count = kallsyms_read(take_symbol);
	if (count < 0)
		ksft_exit_skip("no /proc/kallsyms: %s\n", strerror(-count));
	if (!count)
		ksft_exit_skip("/proc/kallsyms is empty\n");
	state_symbols();
	ksft_test_result_pass("symbols\n");
	ksft_finished();
}
