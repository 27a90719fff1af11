// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux up to 6.9: do_page_fault() fences what lies in the vmalloc area, if it gets that far. The
 * symbols and the layout are Linux's.
 *
 * expect: absorbed valid read vmalloc by vmalloc level 0 hart 0 by 0 count 1
 * expect: would kill valid read linear by linear level 0 hart 0 by 0 count 1
 * expect: would kill valid read stack by stack level 0 hart 0 by 0 count 1
 * expect: would kill valid read own_unit by own_unit level 0 hart 0 by 0 count 1
 * expect: absorbed valid read other_unit by other_unit level 0 hart 0 by 0 count 1
 */
#include "guest.h"

#define LINEAR		(PAGE_OFFSET + (1ul << 30))

__attribute__((used)) static const char linux_banner[33] = "Linux version 6.1.192";
u64 kernel_map[8];
u64 __cpuid_to_hartid_map[1];
u64 __per_cpu_offset[1];
char __per_cpu_start[1];
char __per_cpu_end[1];
unsigned int nr_cpu_ids;

__attribute__((naked, aligned(4))) void handle_exception(void)
{
	__asm__ volatile("sret");
}

scenario static void vmalloc(void)
{
	u64 *at = entry(VMALLOC(0), 0);

	set(at, page(0), RW);
	read(VMALLOC(0));
}

scenario static void linear(void)
{
	u64 *at = entry(LINEAR, 0);

	set(at, page(0), RW);
	read(LINEAR);
}

/* The page below sp is where the handler saves registers */
scenario static void stack(void)
{
	u64 *at = entry(VMALLOC(1), 0);

	set(at, page(0), RW);
	__asm__ volatile("mv	t0, sp\n"
			 "addi	sp, %0, 0x100\n"
			 "ld	t1, 0(%0)\n"
			 "mv	sp, t0" : : "r"(VMALLOC(1)) : "t0", "t1", "memory");
}

scenario static void own_unit(void)
{
	u64 *at = entry(VMALLOC(2), 0);

	set(at, page(0), RW);
	read(VMALLOC(2));
}

scenario static void other_unit(void)
{
	u64 *at = entry(VMALLOC(3), 0);

	set(at, page(0), RW);
	read(VMALLOC(3));
}

void main(void)
{
	store(kernel_map + 2, PAGE_OFFSET);
	store(__cpuid_to_hartid_map, 0);
	store(__per_cpu_offset, VMALLOC(2) - (u64)__per_cpu_start);
	*(volatile unsigned int *)&nr_cpu_ids = 1;
	__asm__ volatile("csrw stvec, %0" : : "r"(handle_exception) : "memory");
	vmalloc();
	linear();
	stack();
	own_unit();
	other_unit();
}
