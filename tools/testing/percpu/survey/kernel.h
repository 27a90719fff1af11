/* SPDX-License-Identifier: GPL-2.0-only */
/* What the symbols and the code of a kernel show, as a set. */
#ifndef KERNEL_H
#define KERNEL_H

enum {
	NO_SYMBOLS	= 1 << 0,
	BOOT_DATA	= 1 << 1,	/* boot_data of riscv/kernel/cpu_ops_sbi.c */
	BOOT_DATA_STATIC = 1 << 2,	/* an array, not per CPU */
	ALLOCATOR	= 1 << 3,	/* pcpu_page_first_chunk() */
	NO_ALLOCATOR	= 1 << 4,
	NO_ALLOCATOR_CODE = 1 << 5,
	EARLY_FLUSH	= 1 << 6,
	NO_KASAN	= 1 << 7,
	WEAK_HOOK	= 1 << 8,	/* the generic kasan_populate_early_vm_area_shadow() */
	NO_STEAL_TIME	= 1 << 9,
	NO_STEAL_TIME_CODE = 1 << 10,
	STEAL_TIME_PHYS	= 1 << 11,	/* it translates the address for SBI */
};

unsigned int kernel_shows(const char *symbols, const char *image);

#endif
