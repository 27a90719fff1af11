// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel starts the next one: what an address is changes, the same accesses are other records,
 * and what becomes a table was none. The symbols are Linux's.
 *
 * build: -Wl,--defsym=handle_exception=take_trap+0xffffffff00000000
 * expect: absorbed valid read chunk by chunk level 0 hart 0 by 0 count 1 in first chunk
 * expect: absorbed valid read chunk by chunk level 0 hart 0 by 0 count 1 in first chunk
 * expect: absorbed valid read vmalloc by vmalloc level 0 hart 0 by 0 count 1
 */
#include "guest.h"

__attribute__((used)) static const char linux_banner[33] = "Linux version 6.1.192";
u64 kernel_map[8];
u64 pcpu_base_addr;
u64 *pcpu_unit_offsets;
unsigned int pcpu_unit_size;
unsigned int pcpu_nr_units;

static u64 offsets[1];

__attribute__((naked, aligned(4))) void take_trap(void)
{
	__asm__ volatile("sret");
}

static void boot(u64 base)
{
	__asm__ volatile("csrw sscratch, zero\n"
			 "csrw stvec, %0" : : "r"((u64)take_trap + UPPER) : "memory");
	store(kernel_map + 2, PAGE_OFFSET);
	store(offsets, 0);
	store((u64 *)&pcpu_unit_offsets, (u64)offsets);
	*(volatile unsigned int *)&pcpu_unit_size = PAGE;
	*(volatile unsigned int *)&pcpu_nr_units = 1;
	store(&pcpu_base_addr, base);
}

/* The trap of the missing translation goes on without */
__attribute__((naked, aligned(4))) static void landed(void)
{
	__asm__ volatile("ret");
}

__attribute__((naked)) void leave(u64 to)
{
	(void)to;
	__asm__ volatile("csrw	stvec, a0\n"
			 "csrw	satp, zero\n"
			 "nop");
}

scenario static void chunk(u64 va)
{
	u64 *at = entry(va, 0);

	set(at, page(0), RW);
	read(va);
}

scenario static void first_use(void)
{
	read(VMALLOC(2));
}

/* Where the first chunk of the kernel before was */
scenario static void vmalloc(void)
{
	u64 *at = entry(VMALLOC(0), 0);

	set(at, 0, 0);
	fence_all();
	set(at, page(1), RW);
	read(VMALLOC(0));
}

void main(void)
{
	u64 *at;

	map_upper();
	boot(VMALLOC(0));
	chunk(VMALLOC(0));
	at = entry(VMALLOC(2), 0);
	((void (*)(u64))((u64)leave + UPPER))((u64)landed);
	fence_all();
	set(at, page(2), RW | G);
	use(root(), 0);
	boot(VMALLOC(1));
	first_use();
	chunk(VMALLOC(1));
	vmalloc();
}
