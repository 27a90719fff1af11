/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's memory, read through /proc/kcore, and where the units are in it. */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <stddef.h>

#include "percpu_test.h"

/**
 * struct kernel_symbols - addresses out of /proc/kallsyms, 0 for what is not there
 * @text: _text, the start of the kernel's image
 * @page_table: swapper_pg_dir
 * @percpu_start: __per_cpu_start, the static per-CPU data as linked
 * @percpu_offset: __per_cpu_offset, by CPU
 * @crash_notes: a pointer to dynamic per-CPU memory
 * @kasan_shadow: kasan_early_shadow_page, KASAN's
 * @steal_time: a per-CPU variable as linked
 */
struct kernel_symbols {
	unsigned long text;
	unsigned long page_table;
	unsigned long percpu_start;
	unsigned long percpu_offset;
	unsigned long crash_notes;
	unsigned long kasan_shadow;
	unsigned long steal_time;
};

extern struct kernel_symbols kernel_symbols;

void kernel_memory_open(void);
int kernel_read(unsigned long address, void *data, size_t size);
int kernel_read_phys(unsigned long long phys, void *data, size_t size);
int kernel_linear_to_phys(unsigned long address, unsigned long long *phys);
int kernel_mapped_to_phys(unsigned long address, unsigned long long *phys);
unsigned long long kernel_image_to_phys(unsigned long address);
int kernel_read_offset(int cpu, unsigned long *offset);
int kernel_read_unit(int cpu, unsigned long *unit);

#endif
